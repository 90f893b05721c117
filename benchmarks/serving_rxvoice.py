"""The server of `serving` that is rxvoice's."""

import asyncio
import sys
from typing import Final

import numpy as np
from aiohttp import web
from numpy.typing import NDArray
from reactivex import Observable
from reactivex import operators as ops
from serving_script import (
    ANSWER,
    EVERY,
    FIRST_SOUND,
    FIRST_TOKEN,
    HEARD,
    HEARD_RATE,
    LOUD,
    PATIENCE,
    SPOKEN_RATE,
    TOKEN,
    WORD,
)

from rxvoice import Event, Operator, SpeechStopped, Transcript
from rxvoice.contracts import Heard, Recognised
from rxvoice.operators import converse, stop_after_silence
from rxvoice.rtvi import Reports
from rxvoice.server import CallSession, Limits, Options, Server, calm_collector, create_app
from rxvoice.testing import ScriptedLLM, ScriptedTTS

_MOST: Final = 10_000
"""Sessions; the limit is the core."""


class Loud:
    """A detector that takes for speech what is loud."""

    rate = HEARD_RATE
    window = HEARD_RATE // 50

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        """Return 1 or 0."""
        return float(max(samples[::EVERY].tolist()) > LOUD)

    def reset(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class LoudVad:
    """Opens detectors."""

    def __call__(self) -> Loud:
        """Open one."""
        return Loud()

    async def prepare(self) -> None:
        """Do nothing."""


def hears(source: Observable[Heard]) -> Observable[Recognised]:
    """Understand the same at each end of speech."""

    def recognised(mark: Heard) -> Recognised:
        return Transcript(HEARD, True, True, pts=mark.pts, end=mark.pts)

    stops = source.pipe(ops.filter(lambda item: isinstance(item, SpeechStopped)))
    return stops.pipe(ops.map(recognised))


def agent(session: CallSession) -> Operator[Event, Event]:
    """Hold the conversation of `serving_script`."""
    return converse(
        vad=LoudVad(),
        stt=hears,
        llm=ScriptedLLM(ANSWER, ttft=FIRST_TOKEN, every=TOKEN, again=True),
        tts=ScriptedTTS(word=WORD, ttfb=FIRST_SOUND, rate=SPOKEN_RATE, words=False),
        memory="You answer.",
        stop=stop_after_silence(min_delay=PATIENCE),
        played=session.played,
        commands=session.commands,
    )


async def serve() -> None:
    """Serve on a free port, and tell which."""
    limits = Limits(max_sessions=_MOST, starts_per_minute=60.0 * _MOST, start_burst=_MOST)
    options = Options(limits=limits, reports=Reports(metrics=False))
    app = create_app(Server(agent, options))
    runner = web.AppRunner(app, handle_signals=False, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    calm_collector()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())

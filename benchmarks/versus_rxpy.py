"""An agent written by hand with RxPY: how much of what rxvoice costs is RxPY's."""

import asyncio
import operator
import time
from collections.abc import AsyncIterator

import numpy as np
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.scheduler.eventloop import AsyncIOScheduler
from reactivex.subject import Subject
from versus_rxpy_parts import from_generator, paced
from versus_work import FRAME, HEARD, Loudness, Plan, Watch, spoken, written


def grown(sentence: str, word: str) -> str:
    """Return a sentence with one more word, or the next one when it was whole."""
    return word if whole(sentence) else sentence + word


def whole(sentence: str) -> bool:
    """Tell whether a sentence can be spoken."""
    return sentence.endswith(".")


class RxpyLine:
    """A call: speech and turns, each of which ends the answer before."""

    def __init__(self, plan: Plan, watch: Watch, timers: abc.SchedulerBase) -> None:
        self._plan = plan
        self._watch = watch
        self._ear = Loudness(plan, watch)
        self._timers = timers  # not the whole call's: RxPY would subscribe a turn of the loop late
        self._history: list[tuple[str, str]] = []
        self._frames: Subject[NDArray[np.int16]] = Subject()
        self._written: Subject[str] = Subject()
        speaking = self._frames.pipe(
            ops.map(self._is_speaking),
            ops.distinct_until_changed(),
            ops.skip_while(operator.not_),
            ops.share(),
        )
        silence: Observable[Observable[bytes]] = speaking.pipe(
            ops.filter(bool), ops.map(lambda _: rx.empty())
        )
        heard = speaking.pipe(ops.filter(operator.not_), ops.map(self._understand))
        turns: Observable[str] = rx.merge(heard, self._written)
        answers = turns.pipe(ops.map(self._answer))
        replies: Observable[Observable[bytes]] = rx.merge(silence, answers)
        self._call = replies.pipe(ops.switch_latest()).subscribe(watch.sound)

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take a frame of the user's audio."""
        self._frames.on_next(samples)

    def write(self, text: str) -> None:
        """Take a turn of the user."""
        self._written.on_next(text)

    async def close(self) -> None:
        """End the call."""
        self._call.dispose()
        await asyncio.sleep(0)  # the generators are closed then

    def _is_speaking(self, samples: NDArray[np.int16]) -> bool:
        self._ear.hear(samples)
        return self._ear.speaking

    def _understand(self, _: bool) -> str:
        self._watch.note("understood")
        return HEARD

    def _answer(self, text: str) -> Observable[bytes]:
        self._history.append(("user", text))
        said: list[str] = []

        def remember() -> None:
            self._history.append(("bot", "".join(said)))

        return from_generator(self._think).pipe(
            ops.scan(grown, ""),
            ops.filter(whole),
            ops.do_action(said.append),
            ops.concat_map(
                lambda sentence: from_generator(lambda: spoken(self._plan, self._watch, sentence))
            ),
            ops.do_action(on_completed=remember),
            paced(self._timers),
        )

    def _think(self) -> AsyncIterator[str]:
        self._watch.reply += 1
        return written(self._plan, self._watch)


class Rxpy:
    """RxPY alone."""

    lean = False

    async def prepare(self) -> None:
        """Do nothing."""

    async def open(self, plan: Plan, watch: Watch) -> RxpyLine:
        """Begin a call."""
        return RxpyLine(plan, watch, AsyncIOScheduler(asyncio.get_running_loop()))

    async def stages(self, count: int, frames: int) -> float:
        """Put frames through so many operators."""
        source: Subject[NDArray[np.int16]] = Subject()
        stream: Observable[NDArray[np.int16]] = source
        for _ in range(count):
            stream = stream.pipe(ops.filter(lambda _: True))
        stream.subscribe(lambda _: None)
        frame = np.zeros(FRAME, np.int16)
        began = time.process_time()
        for number in range(frames):
            if number % 50 == 0:
                await asyncio.sleep(0)
            source.on_next(frame)
        return time.process_time() - began


STACK = Rxpy()
MINIMAL = ("reactivex", "reactivex.operators", "reactivex.scheduler.eventloop", "numpy")

__all__ = ["MINIMAL", "STACK"]

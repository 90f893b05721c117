"""rxvoice: `converse` written out, behind one of its transports."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import reactivex as rx
from numpy.typing import NDArray
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject
from versus_work import FRAME, HEARD, RATE, Loudness, Plan, Watch

from rxvoice import AudioFrame, Event, Memory, Operator, Session, SpeechStopped, Token, Transcript
from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import Turn, Word
from rxvoice.operators import (
    aggregate_turn,
    by_sentence,
    hang_up,
    interrupt_at_once,
    interruptible,
    pace,
    respond,
    stop_after_silence,
    synthesize,
    transcribe,
    vad_gate,
)
from rxvoice.transports import ChannelClosed, PcmCodec, Wire, accepted


class Detector:
    """Wraps the detector that all stacks have."""

    rate = RATE
    window = FRAME

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self._ear = Loudness(plan, watch)

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        """Return 1 or 0."""
        return self._ear.hear(samples)

    def reset(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class Detectors:
    """Opens detectors."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self._given = plan, watch

    def __call__(self) -> Detector:
        """Open one."""
        return Detector(*self._given)

    async def prepare(self) -> None:
        """Do nothing."""


class Ends:
    """A channel of messages, for `accepted`."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(self, message: bytes | None) -> None:
        """Let something come in; None ends it."""
        self._queue.put_nowait(message)

    async def receive(self) -> Wire:
        """Return the next message."""
        message = await self._queue.get()
        if message is None:
            raise ChannelClosed(1000, "")
        return message

    async def send(self, message: Wire, /) -> None:
        """Take a packet."""
        if isinstance(message, bytes):
            self._watch.sound(message)

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """End."""
        self.put(None)


class RxvoiceLine:
    """A call."""

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self._channel = Ends(watch)
        self._written: Subject[Any] = Subject()
        self._turns = 0
        self._watch = watch
        self.running = asyncio.create_task(self._run(plan))

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take a frame of the user's audio."""
        self._channel.put(samples.tobytes())

    def write(self, text: str) -> None:
        """Take a turn of the user."""
        self._turns += 1
        self._written.on_next(Turn(text, self._turns))

    async def close(self) -> None:
        """End the call."""
        self._written.on_completed()  # else it is waited for until patience ends
        self._channel.put(None)
        await self.running

    async def _run(self, plan: Plan) -> None:
        line = accepted(self._channel, codec=PcmCodec(RATE))
        async with Session() as session:
            events = line.incoming.pipe(hang_up(self._agent(plan)))
            await session.run(events, line.outgoing)

    def _agent(self, plan: Plan) -> Operator[Event, Event]:
        watch = self._watch

        def hears(source: Observable[Heard]) -> Observable[Recognised]:
            def recognised(stop: Heard) -> Recognised:
                watch.note("understood")
                return Transcript(HEARD, True, True, pts=stop.pts, end=stop.pts)

            stops = source.pipe(ops.filter(lambda item: isinstance(item, SpeechStopped)))
            return stops.pipe(ops.map(recognised))

        def thinks(_: Context) -> Observable[Token]:
            async def tokens() -> AsyncIterator[Token]:
                watch.reply += 1
                try:
                    for number, word in enumerate(plan.answer):
                        await asyncio.sleep(plan.token if number else plan.first_token)
                        yield Token(word)
                finally:
                    watch.note("model closed")

            return from_async(tokens, name="llm")

        async def speaks(text: str) -> AsyncIterator[AudioFrame | Word]:
            try:
                await asyncio.sleep(plan.first_sound)
                for chunk in plan.chunks(text, watch.reply):
                    yield AudioFrame(np.frombuffer(chunk, np.int16), RATE)
                    await asyncio.sleep(plan.pace * plan.chunk)
            finally:
                watch.note("voice closed")

        memory = Memory("You answer.")

        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            spoken = by_sentence(speaks)
            return asked.pipe(respond(thinks, memory), synthesize(spoken), pace())

        return rx.compose(
            vad_gate(
                Detectors(plan, watch),
                min_speech=plan.start,
                min_silence=plan.stop,
                min_volume=0.0,
            ),
            transcribe(hears),
            aggregate_turn(stop=stop_after_silence(min_delay=0.0)),
            ops.merge(self._written),
            interruptible(reply, policy=interrupt_at_once(), fade_out=0.0),
            memory.record(),
        )


class Rxvoice:
    """The library."""

    lean = False

    async def prepare(self) -> None:
        """Do nothing."""

    async def open(self, plan: Plan, watch: Watch) -> RxvoiceLine:
        """Begin a call."""
        line = RxvoiceLine(plan, watch)
        await asyncio.sleep(0)
        return line

    async def stages(self, count: int, frames: int) -> float:
        """Put frames through so many operators."""
        source: Subject[Event] = Subject()
        stream: Observable[Event] = source
        for _ in range(count):
            stream = stream.pipe(ops.filter(lambda _: True))
        async with Session() as session:
            session.subscribe(stream, lambda _: None)
            frame = AudioFrame(np.zeros(FRAME, np.int16), RATE)
            began = time.process_time()
            for number in range(frames):
                if number % 50 == 0:
                    await asyncio.sleep(0)
                source.on_next(frame)
            return time.process_time() - began


STACK = Rxvoice()
MINIMAL = ("rxvoice", "rxvoice.operators", "rxvoice.transports")

__all__ = ["MINIMAL", "STACK"]

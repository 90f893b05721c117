"""Time from the end of a turn to the first audio, with models that answer at once."""

import asyncio
import gc
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import reactivex as rx
from measured import Measured
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice import AudioFrame, ClearAudio, Event, ReplyEnded, Sentence, Session, Token, Turn, Word
from rxvoice.aio import from_async
from rxvoice.context import Context
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.operators import by_sentence, interruptible, pace, respond, synthesize

TURNS = 1_000
WARM_UP = 20
WRITTEN = ["The", " sun", " is", " up."]
SOUND = AudioFrame(np.zeros(4_800, np.int16), 24_000)


def written(_: Context) -> Observable[Token]:
    """Write a sentence at once."""
    return rx.from_iterable([Token(text) for text in WRITTEN])


def spoken(text: Observable[Sentence]) -> Observable[AudioFrame]:
    """Speak each sentence at once."""
    return text.pipe(ops.map(lambda _: SOUND))


def awaited(_: Context) -> Observable[Token]:
    """Write a sentence from an async generator, as a model behind a socket does."""

    async def write() -> AsyncIterator[Token]:
        for text in WRITTEN:
            await asyncio.sleep(0)
            yield Token(text)

    return from_async(write, name="llm")


async def speak(_: str) -> AsyncIterator[AudioFrame | Word]:
    """Speak a sentence from an async generator."""
    await asyncio.sleep(0)
    yield SOUND


def replying() -> list[Measured]:
    """Measure."""
    lines: list[Measured] = []
    for name, llm, tts in (
        ("turn end to first audio", written, spoken),
        ("the same, with models that are async generators", awaited, by_sentence(speak)),
    ):
        times = asyncio.run(piped(llm, tts))
        bare = asyncio.run(by_hand(asynchronous=llm is awaited))
        middle = statistics.median(bare)
        lines.append(Measured(f"{name}, median", statistics.median(times), "ms", 1.0, middle))
        note = f"of {len(times)} turns, the slowest {max(times):.3g} ms"
        lines.append(Measured(f"{name}, p99", p99(times), "ms", 1.0, p99(bare), note))
    return lines


async def piped(llm: Chat, tts: Synthesizer) -> list[float]:
    """Return milliseconds for each turn; each turn interrupts the reply to the one before."""
    turns: Subject[Event] = Subject()

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm), synthesize(tts), pace())

    async with Session(name="replying") as session:
        first = _First()
        session.subscribe(turns.pipe(interruptible(reply)), first.see)
        return await timed(first, lambda number: turns.on_next(Turn("hello", number)))


async def by_hand(*, asynchronous: bool) -> list[float]:
    """Return milliseconds for the same work, written without the library."""
    first = _First()

    async def reply() -> None:
        text = ""
        for token in WRITTEN:
            if asynchronous:
                await asyncio.sleep(0)
            text += token
        if asynchronous:
            async for item in speak(text):
                first.see(item)
        else:
            first.see(SOUND)

    replies: list[asyncio.Task[None]] = []

    def start(_: int) -> None:
        while replies:
            replies.pop().cancel()
        replies.append(asyncio.create_task(reply()))

    return await timed(first, start)


async def timed(first: "_First", turn: Callable[[int], object]) -> list[float]:
    """Let turns end one after another and return the milliseconds until audio came."""
    gc.collect()
    times: list[float] = []
    for number in range(WARM_UP + TURNS):
        heard = first.wait()
        began = time.perf_counter()
        turn(number)
        await heard
        times.append((first.at - began) * 1e3)
        await asyncio.sleep(0.001)  # what was interrupted cleans up
    return times[WARM_UP:]


def p99(times: list[float]) -> float:
    """Return the value that 99 in 100 stay below."""
    return statistics.quantiles(times, n=100)[98]


class _First:
    """Waits for the next audio."""

    def __init__(self) -> None:
        self.at = 0.0
        self._fading = False
        self._heard: asyncio.Future[None] | None = None

    def wait(self) -> Awaitable[None]:
        self._heard = asyncio.get_running_loop().create_future()
        return self._heard

    def see(self, item: Event) -> None:
        if isinstance(item, ClearAudio | ReplyEnded):  # between them the old voice fades out
            self._fading = isinstance(item, ClearAudio)
        if self._fading or self._heard is None or self._heard.done():
            return
        if isinstance(item, AudioFrame):
            self.at = time.perf_counter()
            self._heard.set_result(None)


__all__ = ["replying"]

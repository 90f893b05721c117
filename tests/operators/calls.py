"""Calls without models: a caller, stand-ins for all that listens, thinks and speaks, and a log."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import reactivex as rx
from reactivex import Observable, abc
from reactivex import operators as ops
from reactivex.disposable import CompositeDisposable

from rxvoice import (
    AudioFrame,
    Event,
    Fault,
    Memory,
    Operator,
    Session,
    Sink,
    Stamped,
    Token,
    Transcript,
    Word,
)
from rxvoice.clock import loop_scheduler
from rxvoice.context import Context
from rxvoice.contracts import Recognise
from rxvoice.operators import by_sentence, converse, utterances
from rxvoice.testing import frames, run_virtual, tone
from tests.operators.fakes import listen, sound

T = TypeVar("T")

WORD = 0.2
"""Seconds that a word of the bot takes."""

LONGEST = 120.0
"""Seconds after which a call counts as never-ending."""


@dataclass
class Call:
    """What became of a call.

    Attributes:
        events: All that came out, and when.
        memory: The conversation.
        error: What the call failed with.
    """

    events: list[Stamped]
    memory: Memory
    error: Exception | None = None

    def only(self, kind: type[T]) -> list[T]:
        """Return the items of a type."""
        return [event.item for event in self.events if isinstance(event.item, kind)]

    def at(self, wanted: Event) -> float:
        """Return when an item came."""
        return next(event.at for event in self.events if event.item == wanted)

    def between(self, first: Event, last: Event) -> list[Event]:
        """Return what came after one item and before another."""
        items = [event.item for event in self.events]
        return items[items.index(first) + 1 : items.index(last)]

    def said(self) -> list[tuple[str, str, bool]]:
        """Return the conversation as it is remembered."""
        return [(m.role, m.text, m.interrupted) for m in self.memory.context.messages]

    def faults(self) -> list[str]:
        """Return the sources of the faults."""
        return [fault.source for fault in self.only(Fault)]


def hold(
    audio: Iterable[AudioFrame],
    *,
    memory: str = "",
    leave: float | None = None,
    grace: float = 5.0,
    **parts: Any,
) -> Call:
    """Hold a conversation in a session, in virtual time, and see that nothing is left of it.

    Args:
        audio: What the caller says, in real time.
        memory: The model's instruction.
        leave: When to close the session, in seconds; when the stream ends unless given.
        grace: As for `Session`.
        parts: Arguments of `converse`; ``vad``, ``stt``, ``llm`` and ``tts`` have stand-ins.
    """
    call = Call([], Memory(memory))
    chosen: dict[str, Any] = {
        "vad": listen,
        "stt": utterances(recognises("hello there")),
        "llm": Writer("How are you?"),
        "tts": by_sentence(speak),
        **parts,
    }
    agent: Operator[Event, Event] = converse(memory=call.memory, **chosen)

    async def run() -> None:
        async with Session(name="call", grace=grace) as session:
            if leave is not None:
                asyncio.get_running_loop().call_later(
                    leave, asyncio.ensure_future, session.aclose()
                )
            try:
                async with asyncio.timeout(LONGEST):
                    await session.run(live(audio).pipe(agent), log(call.events))
            except TimeoutError:
                raise AssertionError("the call never ends") from None
            except Exception as error:
                call.error = error

    run_virtual(run())
    return call


def log(events: list[Stamped]) -> Sink[Event]:
    """Note everything that comes by, and when."""

    def sink(stream: Observable[Event], session: Session) -> "asyncio.Future[None]":
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def end(_: object = None) -> None:
            if not done.done():
                done.set_result(None)

        session.subscribe(stream, lambda item: events.append(Stamped(session.now, item)), end, end)
        return done

    return sink


def caller(letters: str, *, rate: int = 16_000) -> list[AudioFrame]:
    """Return a caller's audio: ``s`` is a tenth of a second of speech, ``q`` one of quiet."""
    return frames(sound("".join(letter * 5 for letter in letters), rate=rate))


def noise(duration: float, level: float, *, rate: int = 16_000) -> list[AudioFrame]:
    """Return white noise; the level is its standard deviation, 1.0 being full scale."""
    samples = np.random.default_rng(7).normal(0.0, level * 32_768, round(duration * rate))
    return frames(np.clip(samples, -32_768, 32_767).astype(np.int16), rate)


def timed(items: Iterable[tuple[float, T]], error: Exception | None = None) -> Observable[T]:
    """Emit items at times that count from the subscription; complete, or fail, at the last."""

    def subscribe(
        observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        start = at = clock.now_seconds
        timers = CompositeDisposable()

        def end() -> None:
            if error is None:
                observer.on_completed()
            else:
                observer.on_error(error)

        for when, item in items:
            at = start + when
            timers.add(clock.call_at(at, lambda item=item: observer.on_next(item)))
        timers.add(clock.call_at(at, end))
        return timers

    return Observable(subscribe)


def live(audio: Iterable[AudioFrame]) -> Observable[AudioFrame]:
    """Play audio in real time: each frame comes when its last sample was captured."""
    return timed((frame.end, frame) for frame in list(audio))


def recognises(*texts: str | Exception) -> Recognise:
    """Return a function that recognises one text after another, then nothing."""
    left = list(texts)

    async def recognise(_: AudioFrame) -> Transcript:
        text = left.pop(0) if left else ""
        if isinstance(text, Exception):
            raise text
        return Transcript(text, is_final=True)

    return recognise


class Writer:
    """A language model that writes one text after another, a word at a time, or fails.

    Args:
        texts: What it writes, over and over again; an exception is what it fails with.
        every: Seconds a word takes.

    Attributes:
        asked: What it was given.
        open: How many answers are being written.
    """

    def __init__(self, *texts: str | Exception, every: float = 0.02) -> None:
        self.asked: list[Context] = []
        self.open = 0
        self._texts = list(texts)
        self._every = every

    def __call__(self, context: Context) -> Observable[Token]:
        text = self._texts[len(self.asked) % len(self._texts)]
        self.asked.append(context)
        words = [] if isinstance(text, Exception) else text.split()
        tokens = [
            (number * self._every, Token(word if number == 1 else f" {word}"))
            for number, word in enumerate(words, 1)
        ]

        def begin(_: abc.SchedulerBase) -> Observable[Token]:
            self.open += 1
            return timed(tokens, text if isinstance(text, Exception) else None)

        def end() -> None:
            self.open -= 1

        return rx.defer(begin).pipe(ops.finally_action(end))


async def speak(text: str) -> AsyncIterator[AudioFrame | Word]:
    """Speak at once, `WORD` seconds a word."""
    for index, word in enumerate(text.split()):
        yield Word(word, index * WORD, (index + 1) * WORD)
        yield tone(WORD, 24_000, index * WORD)

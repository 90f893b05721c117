"""The work that is given to all stacks, and what is noted of how they do it."""

import asyncio
import time
from array import array
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
"""Samples a second, both ways, so that nobody has to resample."""

TICK: Final = 0.02
"""Seconds of a frame of the user's audio."""

FRAME: Final = round(RATE * TICK)
EVERY: Final = 20
"""The detector looks at one sample in so many."""

HEARD: Final = "What do you think of that?"
SPEECH: Final[NDArray[np.int16]] = (
    8_000 * np.sign(np.sin(2 * np.pi * 200 * (np.arange(FRAME) + 0.5) / RATE))
).astype(np.int16)
SILENCE: Final[NDArray[np.int16]] = np.zeros(FRAME, np.int16)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the agent's parts do, and how fast.

    Attributes:
        lean: Whether the stack leaves away what it can do without.
        start: Seconds of speech that make a start, which interrupts.
        stop: Seconds of silence that end speech; the transcript is there at once.
        first_token: Seconds that the model takes for its first word.
        token: Seconds for each further word.
        words: Words of an answer. Every eighth ends a sentence.
        first_sound: Seconds that the voice takes for the first sound of a sentence.
        word: Seconds that a word is heard.
        chunk: Seconds of audio that the voice gives at a time.
        pace: Seconds between two chunks, as a share of their length; 0 is at once.
    """

    lean: bool = False
    start: float = 0.2
    stop: float = 0.2
    first_token: float = 0.0
    token: float = 0.0
    words: int = 4
    first_sound: float = 0.0
    word: float = 0.1
    chunk: float = 0.1
    pace: float = 0.0

    @property
    def answer(self) -> list[str]:
        """The words of an answer, with the blanks between them."""
        found = [
            f"{'Word' if number % 8 == 0 else 'word'}"
            f"{'.' if number % 8 == 7 or number == self.words - 1 else ''}"
            for number in range(self.words)
        ]
        return [f" {word}" if number else word for number, word in enumerate(found)]

    def chunks(self, text: str, reply: int) -> Iterator[bytes]:
        """Return the sound of a sentence, which tells of which reply it is."""
        samples = np.full(round(self.chunk * RATE), mark(reply), np.int16).tobytes()
        for _ in range(max(1, round(len(text.split()) * self.word / self.chunk))):
            yield samples


def mark(reply: int) -> int:
    """Return the value of the samples of a reply."""
    return 100 + reply % 10_000


def reply_of(sample: int) -> int:
    """Return of which reply a sample is, modulo 10,000; less than 0 for silence."""
    return sample - 100


class Sounds:
    """Times, numbers of replies, and seconds of audio; small, for it is no stack's memory."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = array("d")

    def append(self, at: float, reply: int, seconds: float) -> None:
        """Add one."""
        self._numbers.extend((at, reply, seconds))

    def clear(self) -> None:
        """Forget all."""
        del self._numbers[:]

    def __len__(self) -> int:
        return len(self._numbers) // 3

    def __iter__(self) -> Iterator[tuple[float, int, float]]:
        return self.since(0)

    def since(self, first: int) -> Iterator[tuple[float, int, float]]:
        """Give all but the first ones."""
        numbers = iter(self._numbers[3 * first :])
        for at, reply, seconds in zip(numbers, numbers, numbers, strict=True):
            yield at, round(reply), seconds


@dataclass(slots=True)
class Watch:
    """What happened in one call.

    Attributes:
        times: Seconds, by what happened.
        sounds: Time, number of the reply and seconds of all audio that came to the sink.
        reply: Number of the reply that is being made; the model counts it.
    """

    times: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    sounds: "Sounds" = field(default_factory=lambda: Sounds())
    reply: int = -1

    def note(self, what: str) -> None:
        """Note that something happens now."""
        self.times.setdefault(what, []).append(time.perf_counter())

    def last(self, what: str) -> float:
        """Return when something happened last; 0 when it never did."""
        return self.times.get(what, [0.0])[-1]

    def count(self, what: str) -> int:
        """Return how often something happened."""
        return len(self.times.get(what, ()))

    def sound(self, samples: bytes) -> None:
        """Note audio that came to the sink."""
        reply = reply_of(int.from_bytes(samples[:2], "little", signed=True))
        if reply >= 0:
            self.sounds.append(time.perf_counter(), reply, len(samples) / 2 / RATE)

    @property
    def turn_end(self) -> float:
        """When all was there that the last turn's end needs."""
        return max(self.last("stopped"), self.last("understood"))


async def written(plan: Plan, watch: Watch) -> AsyncIterator[str]:
    """Be the model of who has none: give the words of an answer."""
    try:
        for number, word in enumerate(plan.answer):
            await asyncio.sleep(plan.token if number else plan.first_token)
            yield word
    finally:
        watch.note("model closed")


async def spoken(plan: Plan, watch: Watch, text: str) -> AsyncIterator[bytes]:
    """Be the voice: give the sound of a sentence."""
    try:
        await asyncio.sleep(plan.first_sound)
        for chunk in plan.chunks(text, watch.reply):
            yield chunk
            await asyncio.sleep(plan.pace * plan.chunk)
    finally:
        watch.note("voice closed")


class Loudness:
    """Takes for speech what is loud, and notes when that makes a start or a stop.

    Args:
        plan: Has the times.
        watch: Is told.
    """

    def __init__(self, plan: Plan, watch: Watch) -> None:
        self._watch = watch
        self._starts = round(plan.start / TICK)
        self._stops = round(plan.stop / TICK)
        self._loud = self._quiet = 0
        self.speaking = False

    def hear(self, samples: NDArray[np.int16]) -> float:
        """Return 1 for a window of speech, else 0."""
        if max(samples[::EVERY].tolist()) > 1_000:
            self._loud += 1
            self._quiet = 0
            if not self.speaking and self._loud >= self._starts:
                self.speaking = True
                self._watch.note("started")
            return 1.0
        self._quiet += 1
        self._loud = 0
        if self.speaking and self._quiet >= self._stops:
            self.speaking = False
            self._watch.note("stopped")
        return 0.0


class Line(Protocol):
    """A call."""

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take a frame of the user's audio."""
        ...

    def write(self, text: str) -> None:
        """Take a turn of the user that was written."""
        ...

    async def close(self) -> None:
        """End the call."""
        ...


class Stack(Protocol):
    """What can hold calls.

    Attributes:
        lean: Whether it leaves away what it can do without.
    """

    lean: bool

    async def prepare(self) -> None:
        """Load what all calls share."""
        ...

    async def open(self, plan: Plan, watch: Watch) -> Line:
        """Begin a call."""
        ...

    async def stages(self, count: int, frames: int) -> float:
        """Return the processor seconds that frames take through stages that do nothing."""
        ...


__all__ = [
    "FRAME",
    "HEARD",
    "RATE",
    "SILENCE",
    "SPEECH",
    "TICK",
    "Line",
    "Loudness",
    "Plan",
    "Stack",
    "Watch",
    "spoken",
    "written",
]

"""What fake recognisers hear: a script on the clock of the audio that they were sent."""

import math
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import Word

from ._exchange import Exchange, Json
from ._voice import decoded

_NEAR = 1e-9
"""Seconds by which sums of durations may be off."""


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance in the audio that a client sends.

    Attributes:
        text: The words, with their punctuation.
        at: Seconds of audio before it.
        word: Seconds that each word takes.
        confidence: How sure the recogniser is, 0 to 1.
        language: BCP 47 tag.
        speaker: The speaker's number, for recognisers that tell.
    """

    text: str
    at: float = 0.0
    word: float = 0.25
    confidence: float = 0.98
    language: str = "en"
    speaker: int | None = None

    def __post_init__(self) -> None:
        if not self.text.split():
            raise ValueError(f"text must have words, got {self.text!r}")
        if self.at < 0.0:
            raise ValueError(f"at must not be negative, got {self.at}")
        if self.word <= 0.0:
            raise ValueError(f"word must be positive, got {self.word}")

    @property
    def words(self) -> tuple[Word, ...]:
        """The words with their times in the audio."""
        return tuple(
            Word(text, round(self.at + i * self.word, 6), round(self.at + (i + 1) * self.word, 6))
            for i, text in enumerate(self.text.split())
        )

    @property
    def end(self) -> float:
        """Seconds of audio until its end."""
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Raw:
    """A message that a fake recogniser sends as it is.

    Attributes:
        at: Seconds of audio before it.
        message: The message.
    """

    at: float
    message: Json


@dataclass(frozen=True, slots=True)
class Loud:
    """An utterance wherever the audio is loud: for audio that comes from elsewhere.

    With it a recogniser can be put to `rxvoice.testing.conformance.check_transcriber`, which
    speaks when it likes to.

    Attributes:
        text: The words of every utterance, with their punctuation.
        word: Seconds that each word takes; together they should not last longer than the sound.
        level: Amplitude from which audio is loud, 0 to 1 of full scale.
        pause: Seconds of quiet between two utterances.
    """

    text: str
    word: float = 0.1
    level: float = 0.02
    pause: float = 0.3

    def __post_init__(self) -> None:
        Said(self.text, word=self.word)
        if not 0.0 < self.level < 1.0:
            raise ValueError(f"level must lie between 0 and 1, got {self.level}")
        if self.pause <= 0.0:
            raise ValueError(f"pause must be positive, got {self.pause}")


HeardOnce: TypeAlias = Sequence[Said | Raw] | Loud
"""What is in the audio of one connection."""

Heard: TypeAlias = HeardOnce | Callable[[Exchange], HeardOnce]
"""What is in the audio of every connection; a function tells connections apart."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a place in the audio.

    Attributes:
        at: Seconds of audio before it.
        kind: ``start`` (speech begins), ``word`` (a word was said), ``end`` (an utterance was
            said), ``quiet`` (so many seconds since then), ``raw``.
        said: The utterance.
        count: How many of its words were said.
        quiet: Seconds since the utterance's end.
        raw: The message of a ``raw`` moment.
    """

    at: float
    kind: str
    said: Said
    count: int = 0
    quiet: float = 0.0
    raw: Json | None = None


class Listening:
    """Turns a script into moments, as audio comes.

    Args:
        heard: The script of one connection.
        quiets: Seconds of quiet after an utterance, each of which is a moment, unless the next
            utterance has begun by then.
        encoding: Of the audio.
    """

    def __init__(
        self, heard: HeardOnce, quiets: Sequence[float] = (), encoding: str = "linear16"
    ) -> None:
        self._encoding = encoding
        self._loud = heard if isinstance(heard, Loud) else None
        self._quiets = quiets
        self._said: Said | None = None
        self._sounded = -math.inf
        if isinstance(heard, Loud):
            heard = ()
        said = sorted((item for item in heard if isinstance(item, Said)), key=lambda s: s.at)
        for one, other in pairwise(said):
            if other.at < one.end - _NEAR:
                raise ValueError(f"{other!r} begins before {one!r} ends")
        moments = [m for i, one in enumerate(said) for m in _moments(said, i, one, quiets)]
        nobody = Said("-")
        moments += [Moment(r.at, "raw", nobody, raw=r.message) for r in heard if isinstance(r, Raw)]
        self._moments = sorted(moments, key=lambda moment: moment.at)
        self._next = 0
        self.position = 0.0

    def advance(self, seconds: float, audio: bytes) -> Iterator[Moment]:
        """Hear so much more audio; yields what was in it."""
        if self._loud is not None:
            samples = decoded(audio, self._encoding)
            self._notice(self._loud, seconds / max(1, len(samples)), samples)
        self.position += seconds
        while self._next < len(self._moments):
            moment = self._moments[self._next]
            if moment.at > self.position + _NEAR:
                return
            self._next += 1
            yield moment

    def _notice(self, loud: Loud, step: float, samples: NDArray[np.int16]) -> None:
        """Add what begins with a sound, and put off the quiet after one that goes on."""
        sounds = np.flatnonzero(np.abs(samples.astype(np.int32)) > loud.level * 32_768.0)
        times = self.position + sounds * step
        begins = times[np.diff(times, prepend=self._sounded) > loud.pause]
        for at in (round(float(begin), 6) for begin in begins):
            if self._said is None or at >= self._said.end:
                self._said = Said(loud.text, at, loud.word)
                coming = [m for m in self._moments[self._next :] if m.at <= at + _NEAR]
                self._moments = coming + _moments([self._said], 0, self._said, self._quiets)
                self._next = 0
        self._sounded = float(times[-1]) if len(times) else self._sounded
        if len(times) and self._said is not None and self._sounded > self._said.end:
            self._moments = [
                replace(m, at=round(self._sounded + m.quiet, 6)) if m.kind == "quiet" else m
                for m in self._moments[self._next :]
            ]
            self._next = 0


def of_connection(heard: Heard, exchange: Exchange) -> HeardOnce:
    """Return the script of one connection."""
    return check_heard(heard(exchange) if callable(heard) else heard)


def check_heard(heard: HeardOnce) -> HeardOnce:
    """Refuse what is no script of one connection."""
    if isinstance(heard, Loud):
        return heard
    kept = isinstance(heard, Sequence) and all(isinstance(one, Said | Raw) for one in heard)  # pyright: ignore[reportUnnecessaryIsInstance]
    if not kept:
        raise TypeError(f"heard must be a list of Said and Raw, or Loud(…), got {heard!r}")
    return heard


def bare(word: str) -> str:
    """Return a word without case and punctuation."""
    return word.strip(string.punctuation.replace("'", "") + "…").lower()


def _moments(said: Sequence[Said], index: int, one: Said, quiets: Sequence[float]) -> list[Moment]:
    following = said[index + 1].at if index + 1 < len(said) else float("inf")
    moments = [Moment(one.at, "start", one)]
    moments += [Moment(word.end, "word", one, n + 1) for n, word in enumerate(one.words)]
    moments.append(Moment(one.end, "end", one, len(one.words)))
    moments += [
        Moment(round(one.end + quiet, 6), "quiet", one, len(one.words), quiet)
        for quiet in sorted(quiets)
        if one.end + quiet <= following + _NEAR
    ]
    return moments


__all__ = [
    "Heard",
    "HeardOnce",
    "Listening",
    "Loud",
    "Moment",
    "Raw",
    "Said",
    "bare",
    "check_heard",
    "of_connection",
]

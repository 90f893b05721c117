"""What came of two providers that were asked the same."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal, TypeAlias

from rxvoice.items import AudioFrame, Fault, Token, Transcript, Usage, Word
from rxvoice.operators._answer import says_something

Side: TypeAlias = Literal["a", "b"]
KEPT = 1_000
"""Pairs of answers that a report keeps; the oldest go."""


@dataclass(slots=True)
class Trial:
    """One answer of one provider.

    Attributes:
        text: What it wrote, heard or spoke.
        first: Seconds from the question to the first item; ``None`` while there is none.
        total: Seconds from the question to the end; ``None`` when it did not come to it.
        audio: Seconds of audio that it spoke.
        input_tokens: Tokens read, as far as it says so.
        output_tokens: Tokens written, as far as it says so.
        failure: What went wrong; empty when nothing did.
        cut: Whether it was unsubscribed before its end.
    """

    text: str = ""
    first: float | None = None
    total: float | None = None
    audio: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    failure: str = ""
    cut: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether it came to its end, without a failure."""
        return self.total is not None and not self.failure

    def note(self, item: Any, passed: float) -> None:
        """Take an item of the answer."""
        if says_something(item) and self.first is None:
            self.first = passed
        match item:
            case Token(text=text):
                self.text += text
            case Word(text=text) | Transcript(is_final=True, text=text) if text.strip():
                self.text = f"{self.text} {text.strip()}".strip()
            case AudioFrame():
                self.audio += item.duration
            case Usage():
                self.input_tokens += item.input_tokens
                self.output_tokens += item.output_tokens
                self.audio = self.audio or item.audio
            case Fault():
                self.failure = item.message
            case _:
                pass


@dataclass(frozen=True, slots=True)
class Pair:
    """The answers to one question.

    Attributes:
        number: Counts from 1.
        a: Of the first provider.
        b: Of the second one.
    """

    number: int
    a: Trial
    b: Trial


class Comparison:
    """What `rxvoice.operators.ab` has found out so far; as text, it is a small table.

    Attributes:
        live: Which one is heard.
        pairs: The last 1000 pairs of answers, oldest first.
    """

    def __init__(self, live: Side) -> None:
        self.live: Side = live
        self._pairs: deque[Pair] = deque(maxlen=KEPT)
        self._count = 0

    @property
    def pairs(self) -> Sequence[Pair]:
        """The last 1000 pairs of answers, oldest first."""
        return tuple(self._pairs)

    def begin(self) -> Pair:
        """Begin a pair."""
        self._count += 1
        pair = Pair(self._count, Trial(), Trial())
        self._pairs.append(pair)
        return pair

    def trials(self, side: Side) -> list[Trial]:
        """Return the answers of one provider, oldest first."""
        return [pair.a if side == "a" else pair.b for pair in self._pairs]

    def first(self, side: Side) -> float | None:
        """Return the median of the seconds to the first item; ``None`` when there is none."""
        return _median(trial.first for trial in self.trials(side))

    def total(self, side: Side) -> float | None:
        """Return the median of the seconds to the end; ``None`` when there is none."""
        return _median(trial.total for trial in self.trials(side) if trial.is_complete)

    @property
    def same(self) -> int:
        """How many pairs are complete and have the same words."""
        return sum(_words(pair.a.text) == _words(pair.b.text) for pair in self._complete())

    def __str__(self) -> str:
        sides: tuple[Side, Side] = ("a", "b")
        both = [(self.trials(side), side) for side in sides]
        rows = [
            ("", *(f"{side} (heard)" if side == self.live else side for side in sides)),
            ("answers", *(str(sum(t.is_complete for t in trials)) for trials, _ in both)),
            ("failures", *(str(sum(bool(t.failure) for t in trials)) for trials, _ in both)),
            ("first item", *(_seconds(self.first(side)) for side in sides)),
            ("whole", *(_seconds(self.total(side)) for side in sides)),
            ("tokens", *(str(sum(t.output_tokens for t in trials)) for trials, _ in both)),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [
            f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}" for row in rows
        ]
        return "\n".join([*lines, f"same words  {self.same} of {len(self._complete())}"])

    def _complete(self) -> list[Pair]:
        return [pair for pair in self._pairs if pair.a.is_complete and pair.b.is_complete]


def _median(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


def _words(text: str) -> list[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return plain.split()


__all__ = ["Comparison", "Pair", "Side", "Trial"]

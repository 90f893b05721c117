"""What is labelled in a recording."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rxvoice.items import Word

Span: TypeAlias = tuple[float, float]
"""From when to when, in seconds of the recording."""

Role: TypeAlias = Literal["turn", "interruption", "backchannel"]

UNKNOWN = "…"
WORD = 0.35
"""Seconds that a word of an unknown text takes."""


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """What the user says until they give the floor back.

    Attributes:
        start: When the speech begins, in seconds of the recording.
        end: When it ends.
        text: What is said; empty when nobody wrote it down.
        pauses: Silences inside it that are no end of the turn.
        role: ``"turn"``; ``"interruption"`` for one that begins while the bot speaks;
            ``"backchannel"`` for an "mm-hm", which is no turn.
        parts: Start, end and text of pieces of it, where that is known.
    """

    start: float
    end: float
    text: str = ""
    pauses: tuple[Span, ...] = ()
    role: Role = "turn"
    parts: tuple[tuple[float, float, str], ...] = ()

    @property
    def is_turn(self) -> bool:
        """Whether the bot has to answer."""
        return self.role != "backchannel"

    def words(self) -> list[Word]:
        """Return its words, spread evenly over the time in which they are said.

        Where the text is not known, there is a sign for each word that there may be.
        """
        if self.parts:
            return [
                word for start, end, text in self.parts for word in _spread(text, [(start, end)])
            ]
        bounds = [self.start, *(at for pause in self.pauses for at in pause), self.end]
        return _spread(self.text, list(zip(bounds[::2], bounds[1::2], strict=True)))


@dataclass(frozen=True, slots=True)
class Labels:
    """What is labelled in one recording.

    Attributes:
        turns: In order.
        bot: When the bot speaks.
        channel: The channel with the user's voice, counted from 0. `None` for the left one of two,
            else for the mean of all.

    Raises:
        ValueError: When times make no sense; the message begins with the field.
    """

    turns: tuple[LabelledTurn, ...]
    bot: tuple[Span, ...] = ()
    channel: int | None = None

    def __post_init__(self) -> None:
        before = 0.0
        for index, turn in enumerate(self.turns):
            field = f"turns[{index}]"
            _check(field, turn.start, turn.end)
            if turn.start < before:
                raise ValueError(
                    f"{field}.start is {turn.start:g}, before the end of the one before, {before:g}"
                )
            _check_row(f"{field}.pauses", turn.pauses, turn.start, turn.end)
            before = turn.end
        _check_row("bot", self.bot, 0.0, math.inf)
        if self.channel is not None and self.channel < 0:
            raise ValueError(f"channel must not be negative, got {self.channel}")

    @property
    def end(self) -> float:
        """When the last labelled turn ends."""
        return self.turns[-1].end if self.turns else 0.0


def _check(field: str, start: float, end: float) -> None:
    if not (math.isfinite(start) and start >= 0.0):
        raise ValueError(f"{field}.start must be finite and not negative, got {start:g}")
    if not (math.isfinite(end) and end > start):
        raise ValueError(f"{field}.end must be after its start at {start:g}, got {end:g}")


def _check_row(field: str, spans: Iterable[Span], first: float, last: float) -> None:
    before = first
    for index, (start, end) in enumerate(spans):
        if not before <= start < end <= last:
            within = f"in order and within {first:g} and {last:g} s"
            raise ValueError(f"{field}[{index}] must be {within}, got [{start:g}, {end:g}]")
        before = end


def _spread(text: str, stretches: list[Span]) -> list[Word]:
    whole = sum(end - start for start, end in stretches)
    texts = text.split() or [UNKNOWN] * max(1, round(whole / WORD))
    each = whole / len(texts)
    words: list[Word] = []
    passed = 0.0
    for start, end in stretches:
        length = end - start
        while len(words) < len(texts) and (len(words) + 0.5) * each <= passed + length + 1e-9:
            at = start + len(words) * each - passed
            words.append(Word(texts[len(words)], max(start, at), min(end, at + each)))
        passed += length
    return words


__all__ = ["LabelledTurn", "Labels", "Role", "Span"]

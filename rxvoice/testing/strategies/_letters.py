"""Letters for items, chosen by what they are."""

import dataclasses
import string
from collections.abc import Iterator
from itertools import chain

import numpy as np

from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Sentence,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.testing._notation import SPECIAL

_LETTERS: dict[type, str] = {
    ClearAudio: "C",
    Fault: "f",
    Metric: "m",
    ReplyEnded: "F",
    ReplyStarted: "R",
    ResponseEnded: "M",
    ResponseStarted: "L",
    Sentence: "n",
    SpeechOngoing: "o",
    SpeechStarted: "S",
    SpeechStopped: "E",
    Token: "k",
    Transcript: "t",
    Turn: "U",
    TurnDropped: "D",
    TurnStarted: "T",
    Word: "w",
}
_LONGEST = 160


class Letters:
    """Gives every item a letter: the usual one of its type while that is free.

    Audio frames that sound and measure alike share a letter, whatever their ``pts``: ``s`` for
    sound, ``q`` for digital silence, ``e`` for a frame without samples.
    """

    def __init__(self) -> None:
        self._letters: dict[object, str] = {}
        self._meanings: dict[str, str] = {}
        self._fresh = _fresh()

    def of(self, item: object) -> str:
        """Return an item's letter."""
        look, meaning = _look(item)
        known = self._letters.get(look)
        if known is not None:
            return known
        letter = _preferred(item)
        while letter is None or letter in self._meanings:
            letter = next(self._fresh)
        self._letters[look] = letter
        self._meanings[letter] = meaning
        return letter

    def lines(self) -> list[str]:
        """Explain the letters that do not stand for themselves."""
        return [
            f"{letter} = {meaning}"
            for letter, meaning in self._meanings.items()
            if meaning != repr(letter)
        ]


def _look(item: object) -> tuple[object, str]:
    if isinstance(item, AudioFrame):
        size, rate = len(item.samples), item.rate
        kind = "sound" if _sounds(item) else "silence"
        first = f", the first at {item.pts:g} s"
        return (kind, size, rate), f"AudioFrame of {kind}, {size} samples, {rate} Hz{first}"
    said = _said(item).replace("\n", " ")
    return said, said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _said(item: object) -> str:
    """Return an item's repr without what is as usual."""
    if not dataclasses.is_dataclass(item):
        return repr(item)
    shown: list[str] = []
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            shown.append(repr(value) if not shown else f"{field.name}={value!r}")
        elif field.repr and value != field.default and value != {}:
            shown.append(f"{field.name}={value!r}")
    return f"{type(item).__name__}({', '.join(shown)})"


def _preferred(item: object) -> str | None:
    if isinstance(item, AudioFrame):
        return "e" if not len(item.samples) else "s" if _sounds(item) else "q"
    if isinstance(item, Transcript) and not item.is_final:
        return "i"
    if isinstance(item, str):
        return item if len(item) == 1 and item not in SPECIAL and item.strip() else None
    return _LETTERS.get(type(item))


def _sounds(frame: AudioFrame) -> bool:
    return bool(np.any(frame.samples))


def _fresh() -> Iterator[str]:
    usual = {*_LETTERS.values(), *"seqi"}
    plain = string.ascii_lowercase + string.ascii_uppercase
    return chain(
        (letter for letter in plain if letter not in usual),
        string.digits,
        (chr(code) for code in range(0x3B1, 0x3C9)),
        (chr(code) for code in range(0x430, 0x44F)),
        (chr(code) for code in range(0x4E00, 0x9FA5)),
    )


__all__ = ["Letters"]

"""The lane of the words that were heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rxvoice.reports import minutes, plain

from ._axis import Row
from ._call import Call, Mark
from ._lane import Lane
from ._svg import group, line
from ._text import Lines, label, shorten, text_width, wrap
from ._thin import bundles

_SIZE: Final = 11.0
_BEHIND: Final = 14.0  # how many pixels a word may come after the text before it has ended
_LONGEST: Final = 320.0
_SHORTEST: Final = 60.0
_APART: Final = 8.0
_LINES: Final = 4


@dataclass(slots=True)
class _Phrase:
    """Words of a reply that follow each other without a pause.

    Attributes:
        x: Where the first one is.
        at: When it was heard.
        text: All of them.
    """

    x: float
    at: float
    text: str

    @property
    def end(self) -> float:
        """Where its text would end on one line."""
        return self.x + text_width(f"{self.text} ", _SIZE)


def draw_words(row: Row, call: Call) -> Lane:
    """Draw a tick for each word that was heard, and under them the text in phrases.

    A phrase begins below its first word, and goes on below itself where it has no room before the
    next one.
    """
    out: list[str] = []
    y = 7.0
    ticks = list(bundles(call.words, row, 3.0))
    for x, bundle in ticks:
        tooltip = f"heard at {minutes(bundle[0].at)}: {_text(bundle)}"
        out.append(group(tooltip, line(x, y, x, y + 5, "bot-line line")))
    phrases = _phrases(ticks)
    lines = Lines(_LINES, row.left, row.right)
    cramped: list[_Phrase] = []
    for index, phrase in enumerate(phrases):
        end = phrases[index + 1].x - _APART if index + 1 < len(phrases) else row.right
        room = min(end - phrase.x, _LONGEST)
        if room < min(_SHORTEST, text_width(phrase.text, _SIZE)):
            cramped.append(phrase)
            continue
        parts = wrap(phrase.text, (room,) * _LINES, _SIZE)
        for place, part in enumerate(parts):
            lines.take(phrase.x, text_width(part, _SIZE), place)
        out.append(_written(phrase, [(place, phrase.x, part) for place, part in enumerate(parts)]))
    for phrase in cramped:
        text = shorten(phrase.text, _LONGEST, _SIZE)
        width = text_width(text, _SIZE)
        x = max(row.left, min(phrase.x, row.right - width))
        place = lines.place(x, width) if text else None
        if place is not None:
            out.append(_written(phrase, [(place, x, text)]))
    return Lane("words heard", "bot", 20.0 + 14.0 * max(1, lines.used), out, first=16.0)


def _phrases(ticks: Sequence[tuple[float, Sequence[Mark]]]) -> list[_Phrase]:
    found: list[_Phrase] = []
    last: dict[str, _Phrase] = {}  # of each reply
    for x, bundle in ticks:
        reply = bundle[0].kind
        phrase = last.get(reply)
        if phrase is not None and phrase.end + _BEHIND >= x:
            phrase.text = f"{phrase.text} {_text(bundle)}"
        else:
            last[reply] = _Phrase(x - 1, bundle[0].at, _text(bundle))
            found.append(last[reply])
    return found


def _text(bundle: Sequence[Mark]) -> str:
    return plain(" ".join(mark.text for mark in bundle))


def _written(phrase: _Phrase, parts: Sequence[tuple[int, float, str]]) -> str:
    labels = [
        label(part, x, 24 + 14 * place, class_="text", size=_SIZE) for place, x, part in parts
    ]
    if " ".join(part for _, _, part in parts) == phrase.text:
        return "".join(labels)
    return group(f"heard from {minutes(phrase.at)}: {phrase.text}", *labels)


__all__ = ["draw_words"]

"""The texts of the items of a lane, where there is room for them."""

from collections.abc import Sequence
from typing import Final

from ._axis import Row
from ._strip import Dot
from ._svg import group
from ._text import Lines, label, shorten, text_width, wrap

_SIZE: Final = 11.0
_LINES: Final = 2
_LONGEST: Final = 320.0
_SHORTEST: Final = 26.0
_BEHIND: Final = 14.0  # how many pixels a word may come after the text before it has ended
_APART: Final = 8.0
_PAUSE: Final = 1.2  # seconds between words that begin a new text
_LEAST: Final = 8
_MOST: Final = 400


def draw_labels(row: Row, dots: Sequence[Dot], y: float) -> tuple[list[str], int]:
    """Write texts below their items, words that follow each other as one text.

    A text that has no room is left to the tooltips. Measures get what room the others leave.

    Returns:
        Markup, and how many lines are needed.
    """
    lines = Lines(_LINES, row.left, row.right)
    out: list[str] = []
    for yields in (False, True):
        texts = _texts(row, [dot for dot in dots if dot.yields == yields])
        for index, (x, text, dot) in enumerate(texts):
            following = texts[index + 1][0] if index + 1 < len(texts) else row.right
            tone = "alarm" if dot.kind == "alarm" else "soft" if _is_soft(dot) else "text"
            written = _written(lines, row, x, text, following, flows=dot.kind == "word")
            drawn = [
                label(part, left, y + 14 * place, class_=tone, size=_SIZE)
                for place, left, part in written
            ]
            whole = " ".join(part for _, _, part in written) == text
            out.append("".join(drawn) if whole or not drawn else group(dot.tip, *drawn))
    return out, lines.used


def _is_soft(dot: Dot) -> bool:
    return dot.kind == "ring" or dot.yields


def _written(
    lines: Lines, row: Row, x: float, text: str, following: float, *, flows: bool
) -> list[tuple[int, float, str]]:
    """Find room for a text: line, left end and what is shown in each."""
    whole = text_width(text, _SIZE) if flows else min(text_width(text, _SIZE), _LONGEST)
    if not flows or whole <= following - x - _APART:
        left = max(row.left, min(x, row.right - whole))
        place = lines.place(left, whole)
        if place is not None:
            return [(place, left, shorten(text, whole, _SIZE))]
    rooms = [min(lines.room(x, each), following - x - _APART) for each in range(_LINES)]
    places = [place for place, room in enumerate(rooms) if room >= _SHORTEST]
    if not places:
        return []
    parts = wrap(text, tuple(rooms[place] for place in places), _SIZE)
    if len(" ".join(parts)) < min(len(text), _LEAST):
        return []
    for place, part in zip(places, parts, strict=False):
        lines.take(x, text_width(part, _SIZE), place)
    return [(place, x, part) for place, part in zip(places, parts, strict=False)]


def _texts(row: Row, dots: Sequence[Dot]) -> list[tuple[float, str, Dot]]:
    finals = any(dot.kind == "dot" for dot in dots)
    found: list[tuple[float, str, Dot]] = []
    phrase, begin, first, former, width = "", 0.0, None, 0.0, 0.0
    for dot in dots:
        x = row.x(dot.at) - (1 if dot.kind == "word" else 4)
        if not dot.label.strip() or (dot.kind == "ring" and finals and dot.colour == "user"):
            continue
        together = first is not None and dot.kind == first.kind == "word"
        together = together and dot.at - former < _PAUSE
        former = dot.at
        if together and begin + width + _BEHIND >= x:
            if len(phrase) < _MOST:
                phrase += dot.label
                width += text_width(dot.label, _SIZE)
            continue
        if first:
            found.append((begin, phrase.strip(), first))
        phrase, begin, first, width = dot.label, x, dot, text_width(dot.label, _SIZE)
    if first:
        found.append((begin, phrase.strip(), first))
    return found


__all__ = ["draw_labels"]

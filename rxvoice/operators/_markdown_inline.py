"""Marks within a line of Markdown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NARROW: Final = 0x2E80
"""Scripts from here on have no blanks between words."""

LONG: Final = 5
"""So many of the same sign in a row are a line that is drawn."""

_EMPHASISED: Final = 120
_LINKED: Final = 500
_ADDRESS: Final = 2_000
_CODE: Final = 300
_ESCAPABLE: Final = frozenset("\\`*_{}[]()#+-.!|~>")
_ANGLED: Final = re.compile(r"<((?:https?://|mailto:)[^\s<>]{0,1900})>|<br ?/?>", re.IGNORECASE)
_ANGLED_SO_FAR: Final = ("<https://", "<http://", "<mailto:", "<br/>", "<br />", "<br>")


@dataclass(slots=True)
class Spoken:
    """What is said in the place of a mark.

    Attributes:
        text: What.
        end: Where what it stands for ends.
        marked: Whether the text may have marks in it.
    """

    text: str
    end: int
    marked: bool = False


@dataclass(slots=True)
class Place:
    """A mark in a text.

    Attributes:
        text: The text so far.
        at: Where the mark is.
        before: The character before it; empty at the beginning of a line.
        final: Whether this is all of the text.
        address: Whether it is within the address of a page.
        open: Marks that are open, such as ``**``.
    """

    text: str
    at: int
    before: str
    final: bool
    address: bool
    open: list[str]


def read(place: Place) -> Spoken | None:
    """Return what is said in the place of a mark; ``None`` when more of the text is needed."""
    spoken = _READERS[place.text[place.at]](place)
    if spoken is not None or not place.final:
        return spoken
    return Spoken(place.text[place.at], place.at + 1)


def _run(place: Place) -> int | None:
    """Return where a row of the same sign ends, when that is known."""
    sign, end = place.text[place.at], place.at + 1
    while end < len(place.text) and place.text[end] == sign:
        end += 1
    return end if end < len(place.text) or place.final else None


def _in_word(char: str) -> bool:
    return char.isalnum() and ord(char) < NARROW


def _row(place: Place) -> Spoken | None:
    if (end := _run(place)) is None:
        return None
    row = place.text[place.at : end]
    return Spoken("" if len(row) >= LONG and not place.address else row, end)


def _emphasis(place: Place) -> Spoken | None:
    if (end := _run(place)) is None:
        return None
    row, after = place.text[place.at : end], place.text[end : end + 1]
    if len(row) >= LONG and not place.address:
        return Spoken("", end)
    literal = Spoken(row, end)
    if row in place.open and place.before.strip() and not (row[0] == "_" and _in_word(after)):
        del place.open[place.open.index(row) :]
        return Spoken("", end)
    opens = after.strip() and not _in_word(place.before) and not place.address
    if not opens or row == "~":
        return literal
    if len(row) > 1:
        place.open.append(row)
        return Spoken("", end)
    return _emphasised(place, literal)


def _emphasised(place: Place, literal: Spoken) -> Spoken | None:
    text, sign = place.text, place.text[place.at]
    line = text.find("\n", place.at)
    last = min(len(text) if line < 0 else line, place.at + _EMPHASISED)
    at = place.at + 1
    while (at := text.find(sign, at, last)) >= 0:
        end = at + 1
        while end < last and text[end] == sign:
            end += 1
        if end == len(text) and not place.final:
            return None
        after = text[end : end + 1]
        closes = text[at - 1].strip() and text[at - 1] != "\\" and not _in_word(after)
        if end - at in (1, 3) and closes:
            return Spoken(text[place.at + 1 : end - 1], end, marked=True)
        at = end
    return literal if place.final or last < len(text) else None


def _code(place: Place) -> Spoken | None:
    if (start := _run(place)) is None:
        return None
    row = place.text[place.at : start]
    paragraph = place.text.find("\n\n", start)
    limit = start + _CODE if paragraph < 0 else min(paragraph, start + _CODE)
    for found in re.finditer("`+", place.text[start:limit]):
        end = start + found.end()
        if end == len(place.text) and not place.final:
            return None
        if found[0] == row:
            return Spoken(place.text[start : start + found.start()].strip(" "), end)
    return Spoken(row, start) if place.final or len(place.text) > limit else None


def _image(place: Place) -> Spoken | None:
    at = place.at + 1
    if at == len(place.text):
        return None
    if place.text[at] != "[":
        return Spoken("!", at)
    link = _link(Place(place.text, at, "!", place.final, place.address, place.open))
    if link is None:
        return None
    return link if link.marked or not link.text else Spoken("!", at)


def _link(place: Place) -> Spoken | None:
    text, at = place.text, place.at
    literal = Spoken("[", at + 1)
    close = _closing(text, at, "[]", _LINKED)
    if close is None:
        return None
    if close < 0:
        return literal
    said = text[at + 1 : close]
    if said.startswith("^"):
        return Spoken("", close + 1)
    follows = text[close + 1 : close + 2]
    if not follows:
        return None
    if follows not in "([" or not said:
        return literal
    end = _closing(text, close + 1, "()" if follows == "(" else "[]", _ADDRESS)
    if end is None:
        return None
    return literal if end < 0 else Spoken(said, end + 1, marked=True)


def _closing(text: str, start: int, pair: str, limit: int) -> int | None:
    """Return where a bracket is closed in its line; -1 for nowhere, ``None`` for not yet."""
    depth = 0
    for at in range(start, min(len(text), start + limit)):
        if text[at] == "\n":
            return -1
        depth += (text[at] == pair[0]) - (text[at] == pair[1])
        if not depth:
            return at
    return -1 if len(text) >= start + limit else None


def _angle(place: Place) -> Spoken | None:
    found = _ANGLED.match(place.text, place.at)
    if found:
        return Spoken(found[1] or "\n", found.end())
    rest = place.text[place.at : place.at + _ADDRESS].lower()
    address = rest.startswith(_ANGLED_SO_FAR[:3]) and not re.search(r"[\s<>]", rest[1:])
    if len(rest) < _ADDRESS and (address or any(t.startswith(rest) for t in _ANGLED_SO_FAR)):
        return None
    return Spoken("<", place.at + 1)


def _escape(place: Place) -> Spoken | None:
    follows = place.text[place.at + 1 : place.at + 2]
    if not follows:
        return None
    if follows in _ESCAPABLE:
        return Spoken(follows, place.at + 2)
    return Spoken("\\", place.at + 1)


_READERS: Final[dict[str, Callable[[Place], Spoken | None]]] = {
    **dict.fromkeys("*_~", _emphasis),
    **dict.fromkeys("-=#+", _row),
    "`": _code,
    "!": _image,
    "[": _link,
    "<": _angle,
    "\\": _escape,
}

SIGNS: Final = re.compile("[" + re.escape("".join(_READERS)) + "\n]")
"""Where a mark may be, or a line ends."""

__all__ = ["SIGNS", "Place", "Spoken", "read"]

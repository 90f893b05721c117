"""Placing text whose font is not known: widths on the safe side, and room on a line."""

import unicodedata
from html import escape
from typing import Final

from rxvoice.reports import plain

from ._svg import element

_CLASSES: Final = {
    0.30: " ',.ijl",
    0.36: "/:;I\\f|",
    0.42: '!()[]rt-"',
    0.56: "*?JLcz_`s",
    0.66: "Faekovxy$0123456789EKPSTYbdghnpqu{}",
    0.78: "ABCDGHNRUVXZ",
    0.90: "&OQw#+<=>^~",
    1.04: "M%m@W—…",
}
_WIDTHS: Final = {char: width for width, chars in _CLASSES.items() for char in chars}
_GAP: Final = 5.0
_HEAD: Final = 0.6  # of the room of a name
BOLD: Final = 1.1
"""By how much wider texts of the class ``strong`` are: what a size is multiplied by for them."""


def text_width(text: str, size: float) -> float:
    """Estimate how wide a text is in any usual sans-serif font, rather too wide than too narrow.

    The numbers are the widest of DejaVu Sans, Noto Sans and Inter.

    Args:
        text: What `plain` returned.
        size: Font size in pixels.

    Returns:
        Pixels.
    """
    return size * sum(map(_char_width, text))


def _char_width(char: str) -> float:
    known = _WIDTHS.get(char)
    if known is not None:
        return known
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.3 if ord(char) > 0x1F000 else 1.05
    return 0.8 if ord(char) < 0x2000 else 1.1


def shorten(text: str, width: float, size: float) -> str:
    """Cut a text so that it fits, with an ellipsis where something is missing.

    Args:
        text: What `plain` returned.
        width: Pixels that there are.
        size: Font size in pixels.

    Returns:
        The text or its beginning; empty when not even one letter fits.
    """
    if text_width(text, size) <= width:
        return text
    room = width / size - _char_width("…")
    used = 0.0
    for index, char in enumerate(text):
        used += _char_width(char)
        if used > room:
            kept = text[:index].rstrip(" \u200c\u200d,.;:–—-")
            return f"{kept}…" if kept else ""
    return text


def shorten_name(text: str, width: float, size: float) -> str:
    """Cut a name so that it fits, in its middle: names of lanes often differ at their ends only.

    Args:
        text: What `plain` returned.
        width: Pixels that there are.
        size: Font size in pixels.
    """
    if text_width(text, size) <= width:
        return text
    start = shorten(text, width * _HEAD, size).removesuffix("…")
    room = width - text_width(f"{start}…", size)
    end = text
    while end and (text_width(end, size) > room or not _char_width(end[0])):
        end = end[1:]
    end = end.lstrip()
    return f"{start}…{end}" if start and end else shorten(text, width, size)


def wrap(text: str, widths: tuple[float, ...], size: float) -> list[str]:
    """Break a text into lines, each with a width of its own; the last one is shortened.

    Args:
        text: What `plain` returned.
        widths: Pixels that each line has.
        size: Font size in pixels.
    """
    lines: list[str] = []
    words = text.split(" ")
    for width in widths[:-1]:
        taken = 0
        while taken < len(words) and text_width(" ".join(words[: taken + 1]), size) <= width:
            taken += 1
        if taken == 0:
            break
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    rest = shorten(" ".join(words), widths[len(lines)], size) if words else ""
    return [*lines, rest] if rest else lines


def label(text: str, x: float, y: float, *, class_: str, size: float, anchor: str = "start") -> str:
    """Write a text of one line.

    Where its letters may be wider or taller than expected, it is clipped to the space that
    `text_width` promised.

    Args:
        text: What `plain` returned.
        x: Where it starts, is centred or ends, as `anchor` says.
        y: Its base line.
        class_: Class for the style sheet.
        size: Font size in pixels.
        anchor: ``"start"``, ``"middle"`` or ``"end"``.
    """
    shown = escape(text, quote=False)
    if all(ord(char) < 0x180 or char in "–—…‘’“”·→✕" for char in text):
        anchored = None if anchor == "start" else anchor
        return element("text", shown, class_=class_, x=x, y=y, font_size=size, text_anchor=anchored)
    width = text_width(text, size * (BOLD if "strong" in class_.split() else 1.0))
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    inside = x - left
    inner = element(
        "text", shown, class_=class_, x=inside, y=size, font_size=size, text_anchor=anchor
    )
    return element("svg", inner, x=left, y=y - size, width=max(width, 1.0), height=size * 1.3)


class Lines:
    """Room for text on a few lines: what is taken is not given away twice.

    Args:
        count: How many lines.
        left: Where the lines begin.
        right: Where they end.
    """

    def __init__(self, count: int, left: float, right: float) -> None:
        self._taken: list[list[tuple[float, float]]] = [[] for _ in range(count)]
        self._left = left
        self._right = right

    @property
    def used(self) -> int:
        """How many lines are needed."""
        return max((index + 1 for index, taken in enumerate(self._taken) if taken), default=0)

    def room(self, x: float, line: int) -> float:
        """Say how many pixels are free on a line from `x` to the right, gap included."""
        if x < self._left:
            return 0.0
        free = self._right - x
        for left, right in self._taken[line]:
            if right + _GAP > x:
                free = min(free, left - _GAP - x)
        return max(0.0, free)

    def take(self, x: float, width: float, line: int) -> None:
        """Mark the pixels from `x` on as taken."""
        self._taken[line].append((x, x + width))

    def place(self, x: float, width: float) -> int | None:
        """Take room on the first line that has it.

        Args:
            x: Left end.
            width: In pixels.

        Returns:
            The line, or `None` when all are full there.
        """
        for line in range(len(self._taken)):
            if self.room(x, line) >= width - 1e-6:
                self.take(x, width, line)
                return line
        return None


__all__ = ["BOLD", "Lines", "label", "plain", "shorten", "shorten_name", "text_width", "wrap"]

"""Text in the cells of a terminal: how many it takes, and how to make it fit."""

import unicodedata
from typing import Final

_WIDE_SIGN: Final = "\ufe0f"  # asks for the coloured, wide form of the sign in front of it


def cells(text: str) -> int:
    """Count the cells that a text takes; rather one too many than one too few.

    Args:
        text: One line without control characters.
    """
    return sum(map(_cell, text))


def _cell(char: str) -> int:
    if char.isascii() or char == _WIDE_SIGN:
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def head(text: str, width: int, ellipsis: str = "…") -> str:
    """Keep the beginning of a text, with an ellipsis where the rest is missing.

    Args:
        text: One line.
        width: Cells that there are.
        ellipsis: Sign for what is missing.
    """
    if cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    if room < 0:
        return ""
    kept = _fitting(text, room)
    return text[:kept].rstrip() + ellipsis


def tail(text: str, width: int, ellipsis: str = "…") -> str:
    """Keep the end of a text, with an ellipsis where the beginning is missing.

    Args:
        text: One line.
        width: Cells that there are.
        ellipsis: Sign for what is missing.
    """
    if cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    if room < 0:
        return ""
    start = len(text)
    for index in range(len(text) - 1, -1, -1):
        room -= _cell(text[index])
        if room < 0:
            break
        start = index
    while start < len(text) and not _cell(text[start]):  # accents without their letter
        start += 1
    return ellipsis + text[start:].lstrip()


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines, between words where there are any.

    Args:
        text: One line.
        width: Cells of a line; at least 2 are used, so that any sign fits.
    """
    width = max(2, width)
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cells(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while cells(word) > width:
            kept = max(1, _fitting(word, width))
            lines.append(word[:kept])
            word = word[kept:]
        line = word
    return [*lines, line] if line or not lines else lines


def _fitting(text: str, width: int) -> int:
    """How many characters from the beginning fit."""
    for index, char in enumerate(text):
        width -= _cell(char)
        if width < 0:
            return index
    return len(text)

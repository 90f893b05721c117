"""Text and times as people read them, safe for any terminal, file or picture."""

import unicodedata
from typing import Final

_MOST_MARKS: Final = 3  # Hebrew and Thai put up to three marks on a letter; more is decoration
_JOINERS: Final = "\u200c\u200d"  # Persian, Indic scripts and emoji need them


def plain(text: str) -> str:
    """Make one line of visible text from anything.

    Line breaks and other blanks become single blanks. Control characters (terminal escapes with
    them), signs that turn the direction of the text around them, and piled-up accents are
    removed. What no file can hold, such as half of a surrogate pair, becomes U+FFFD.

    Args:
        text: Anything, also hostile.

    Returns:
        Text without line breaks that is valid in XML and UTF-8.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            if marks <= _MOST_MARKS:
                kept.append(char)
            continue
        marks = 0
        if char.isspace():
            kept.append(" ")
        elif category == "Cs" or _is_noncharacter(char):
            kept.append("\ufffd")
        elif category not in ("Cc", "Cf") or char in _JOINERS:
            kept.append(char)
    return " ".join("".join(kept).split())


def _is_noncharacter(char: str) -> bool:
    code = ord(char)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def minutes(at: float) -> str:
    """Write a time of a session as people do, to a tenth of a second: ``1:07.4``.

    Args:
        at: Seconds.
    """
    tenths = round(abs(at) * 10)
    hours, tenths = divmod(tenths, 36_000)
    whole, tenths = divmod(tenths, 600)
    rest = f"{tenths // 10:02}.{tenths % 10}"
    sign = "-" if at < 0 and (hours or whole or tenths) else ""
    return f"{sign}{hours}:{whole:02}:{rest}" if hours else f"{sign}{whole}:{rest}"

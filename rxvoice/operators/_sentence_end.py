"""Whether a mark ends its sentence."""

import re
from typing import Final

MARKS: Final = frozenset(".!?…")
"""Marks whose meaning only shows by what follows."""

UNAMBIGUOUS: Final = frozenset("。！？｡؟۔।॥։።፧။៕។")
"""Marks that end a sentence at once."""

CLOSERS: Final = frozenset("\"'”’)]}»›*_」』）】》〉")
"""What may stand between a mark and the blank after it, and belongs to the sentence."""

QUOTES: Final = {"「": "」", "『": "』", "（": "）", "“": "”", "《": "》"}
BULLETS: Final = frozenset("•⁃‣▪●◦")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES: Final = _words(
    "mr mrs ms mx dr prof st mt ft rev fr gen col capt cmdr lt sgt maj sen rep gov pres hon "
    "messrs mme mlle supt"
)
_INSIDE: Final = _words(
    "e.g i.e vs cf viz ca approx dept univ assn misc incl excl temp inst appt resp "
    "bzw bspw ggf inkl zzgl evtl dipl ing d.h u.a z.b o.ä"
)
_BEFORE_NUMBER: Final = _words(
    "p pp no nos nr fig vol sec ch art par ca approx jan feb mar apr jun jul aug sep sept oct nov "
    "dec"
)
_EITHER: Final = _words("etc inc ltd co corp bros jr sr est usw al ph.d")
_BEFORE_ORDINAL: Final = _words("vom zum dem der des")

_CLOSING: Final = re.escape("".join(sorted(CLOSERS)))
_TAIL: Final = re.compile(rf"(\S*?)([.!?…]+)([{_CLOSING}]*)$")
_OPENING: Final = "\"'“‘(\\[{«‹*_¡¿„"
_INITIALS: Final = re.compile(r"(?:\w\.)+\w")
_NUMBER_ALONE: Final = re.compile(r"[\W_]*\d{1,3}[.)]+")


def ends(sentence: str, following: str) -> bool:
    """Tell whether a sentence has ended.

    Args:
        sentence: The text so far, up to and with a mark of `MARKS` and its `CLOSERS`.
        following: The next visible character; blanks lie between.
    """
    tail = _TAIL.search(sentence)
    if tail is None or following in MARKS:
        return False
    word, run, closing = tail[1].lstrip(_OPENING), tail[2], tail[3]
    lower = following.islower()
    if "!" in run:
        return not lower
    if "?" in run or run == ".":
        goes_on = lower and (closing or not _is_plain(word))
        return not goes_on and ("?" in run or _full_stop(sentence, word, following, lower))
    omission = tail[1][-1:] in ("[", "(") and closing[:1] in ("]", ")")
    return not lower and not omission


def _full_stop(sentence: str, word: str, following: str, lower: bool) -> bool:
    key = word.lower()
    before = sentence.split()[:-1]
    if _NUMBER_ALONE.fullmatch(sentence.strip()) or key in _INSIDE:
        return False
    if len(word) == 1 and word.isalpha():
        return word == "I" and bool(before)
    if key in _TITLES and word[0].isupper():
        return False
    if key in _BEFORE_NUMBER and following.isdigit():
        return False
    if key in _EITHER or _INITIALS.fullmatch(word):
        return not lower and len(before) >= 3
    ordinal = word.isdigit() and len(word) <= 2
    return not (ordinal and before and before[-1].lower() in _BEFORE_ORDINAL)


def _is_plain(word: str) -> bool:
    """Whether it is a word that is not an abbreviation; after it a small letter may begin."""
    return len(word) >= 4 and word.isalpha() and word.lower() not in _INSIDE | _TITLES | _EITHER


__all__ = ["BULLETS", "CLOSERS", "MARKS", "QUOTES", "UNAMBIGUOUS", "ends"]

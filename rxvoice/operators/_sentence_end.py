"""Whether a mark ends its sentence."""

import re
from typing import Final

MARKS: Final = frozenset(".!?…")
"""Marks whose meaning only shows by what follows."""

UNAMBIGUOUS: Final = frozenset("。！？｡；؟؛۔।॥։።፧፨။។៕།༎")
"""Marks that end a sentence at once."""

CLOSERS: Final = frozenset("\"'”’)]}»›*_」』）】》〉")
"""What may stand between a mark and the blank after it, and belongs to the sentence."""

QUOTES: Final = {
    "「": "」",
    "『": "』",
    "（": "）",
    "“": "”",
    "„": "“",
    "«": "»",
    "»": "«",
    "《": "》",
}
TITLE: Final = "》"
"""Closes what is a name as a whole, whatever marks there are in it."""

BULLETS: Final = frozenset("•⁃‣▪●◦")
ARABIC: Final = re.compile(r"[\u0620-\u064a][\u064b-\u065f]*\Z")
"""An Arabic letter at the end."""

_LONG_CLAUSE: Final = 5
"""Words of an Arabic clause that is said by itself: there, commas stand where others have stops."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES: Final = _words(
    "mr mrs ms mx dr prof st mt ft rev fr gen col capt cmdr lt sgt maj sen rep gov pres hon "
    "messrs mme mlle supt sra srta dra profa lic ing mag mons"
)
_INSIDE: Final = _words(
    "e.g i.e vs cf viz ca approx dept univ assn misc incl excl temp inst appt resp "
    "bzw bspw ggf inkl zzgl evtl dipl ing d.h u.a z.b o.ä sig dott avv dhr mevr т.е т.к им ул руб"
)
_BEFORE_NUMBER: Final = _words(
    "p pp no nos nr fig vol sec ch art par ca approx jan feb mar apr jun jul aug sep sept oct nov "
    "dec n° nº №"
)
_EITHER: Final = _words("etc inc ltd co corp bros est usw al ph.d a.m p.m")
_NAMES: Final = _words("jr sr")
_BEFORE_ORDINAL: Final = _words("vom zum dem der des am")
_STARTERS: Final = _words(
    "a after all also although an and are as at because before but by can could did do does for "
    "from had has have he her here his how however i if in is it its just last let many maybe "
    "more most dr prof mr mrs ms my next no not now on once one our perhaps please she since so "
    "some sometimes soon still than that the their then there these they this those though thus "
    "to today tomorrow until was we well were what when where which while who whose why will with "
    "would yes yesterday yet you your"
)

_CLOSING: Final = re.escape("".join(sorted(CLOSERS | {"“"})))
_TAIL: Final = re.compile(rf"(\S*?)([.!?…]+)([{_CLOSING}]*(?:\s»)?)\Z")
_OPENING: Final = "\"'“‘(\\[{«‹*_¡¿„"
_INITIALS: Final = re.compile(r"(?:\w\.)+\w")
_NUMBER_ALONE: Final = re.compile(r"[\W_]*\d{1,3}[.)]+")
_SPACED_DOTS: Final = re.compile(r"(?:^|[^.\s])\s+\.\s\.\s\.\Z")
_FIRST_WORD: Final = re.compile(r"(\w[\w'’]*)(?=[^\w'’])")


def ends(sentence: str, following: str) -> bool | None:
    """Tell whether a sentence has ended.

    Args:
        sentence: The text so far, up to and with a mark and its `CLOSERS`.
        following: What comes next, from the first visible character on; blanks lie between.

    Returns:
        ``None`` when more of what follows is needed.
    """
    if sentence[-1] in "،:":
        return _clause(sentence, following)
    tail = _TAIL.search(sentence)
    if tail is None or following[0] in MARKS:
        return False
    word, run, closing = tail[1].lstrip(_OPENING), tail[2], tail[3]
    lower = following[0].islower()
    if "!" in run:
        return not lower
    if "?" in run or run == ".":
        goes_on = lower and (closing or not _is_plain(word))
        if goes_on or (run == "." and _SPACED_DOTS.search(sentence)):
            return False
        return True if "?" in run else _full_stop(sentence, word, following)
    omission = tail[1][-1:] in ("[", "(") and closing[:1] in ("]", ")")
    return not lower and not omission


def _full_stop(sentence: str, word: str, following: str) -> bool | None:
    key, lower = word.lower(), following[0].islower()
    before = sentence.split()[:-1]
    if _NUMBER_ALONE.fullmatch(sentence.strip()) or key in _INSIDE:
        return False
    if word == "I" and before:
        return _starts(following) if before[-1][0].isupper() else True
    if (len(word) == 1 and word.isalpha()) or (key in _TITLES and word[0].isupper()):
        return False
    if key in _BEFORE_NUMBER and following[0].isdigit():
        return False
    if key in _EITHER:
        return not lower and len(before) >= 3
    if key in _NAMES or _INITIALS.fullmatch(word):
        return not lower and len(before) >= 3 and _starts(following)
    ordinal = word.isdigit() and len(word) <= 2
    return not (ordinal and before and before[-1].lower() in _BEFORE_ORDINAL)


def _clause(sentence: str, following: str) -> bool | None:
    """Whether an Arabic comma or colon ends what is said in one breath."""
    if sentence[-1] == ":":
        return True
    if len(sentence.split()) < _LONG_CLAUSE:
        return False
    word = _FIRST_WORD.match(following)
    return None if word is None else following[word.end()] != "،"


def _starts(following: str) -> bool | None:
    """Whether what follows an abbreviation in a name is a new sentence, by its first word."""
    if not following[0].isalpha():
        return True
    word = _FIRST_WORD.match(following)
    return None if word is None else re.split("['’]", word[1].lower())[0] in _STARTERS


def _is_plain(word: str) -> bool:
    """Whether it is a word that is not an abbreviation; after it a small letter may begin."""
    return (
        len(word) >= 4
        and word.isalpha()
        and word.lower() not in _INSIDE | _TITLES | _EITHER | _NAMES
    )


__all__ = ["ARABIC", "BULLETS", "CLOSERS", "MARKS", "QUOTES", "TITLE", "UNAMBIGUOUS", "ends"]

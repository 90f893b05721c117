"""How well speech was recognised."""

import math
import re
import unicodedata
from typing import Final

_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼ`´")


def word_error_rate(reference: str, hypothesis: str) -> float:
    """Return the share of wrong words: those put in, left out or replaced, by those that were said.

    Case, punctuation and the way in which Unicode writes a letter do not count: hyphens and
    other signs part words, apostrophes do not (``don't`` is ``dont``). Numbers stay as they are
    written, with the points and commas inside them, so that ``20`` is not ``twenty``. Scripts that
    put no blanks between words count as one word.

    Args:
        reference: What was said.
        hypothesis: What was recognised.

    Returns:
        0 when all words are right; above 1 when there are more mistakes than words. With no word
        in the reference, 0 for an empty hypothesis and infinity for any other.
    """
    said = _words(reference)
    recognised = _words(hypothesis)
    if not said:
        return math.inf if recognised else 0.0
    return _distance(said, recognised) / len(said)


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    text = re.sub(r"[.,:](?!\d)|(?<!\d)[.,:]", " ", text)
    return "".join(char if _belongs(char) else " " for char in text).split()


def _belongs(char: str) -> bool:
    return char in ".,:" or unicodedata.category(char)[0] in "LMN"


def _distance(said: list[str], recognised: list[str]) -> int:
    row = list(range(len(recognised) + 1))
    for number, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], number
        for column, other in enumerate(recognised, start=1):
            changed = diagonal + (word != other)
            diagonal = row[column]
            row[column] = min(changed, row[column] + 1, row[column - 1] + 1)
    return row[-1]

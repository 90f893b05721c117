"""Words for a voice that does not tell when it speaks them."""

from collections import deque

from rxvoice.items import Word

PACE = 15.0
"""Characters a second, blanks included: 150 to 160 English words a minute."""

AHEAD = 0.5
"""Seconds before it is heard at which a word has to be known."""

UNDECIDED = 1.0
"""Seconds of audio after which a voice without a word is taken for one that gives none."""


class Spread:
    """Lays words over audio by their share of the characters.

    As long as it is not known how long the audio is, they are laid at `PACE`; the rest is spread
    over what is left once that is known.
    """

    def __init__(self) -> None:
        self._words: deque[str] = deque()
        self._at = 0.0
        self._within = False  # whether a piece has ended within a word

    def add(self, text: str, *, piece: bool = False) -> None:
        """Append a text, or a piece of one, which may go on with the last word."""
        words = text.split()
        if piece and self._within and self._words and words and not text[0].isspace():
            self._words[-1] += words.pop(0)
        self._words.extend(words)
        self._within = piece and not text[-1:].isspace()

    def until(self, position: float) -> list[Word]:
        """Return the words that begin before a time, as far as they were not returned yet."""
        found: list[Word] = []
        while self._words and self._at < position:
            found.append(self._next(self._at + _length(self._words[0]) / PACE))
        return found

    def rest(self, end: float) -> list[Word]:
        """Return the words that are left, up to the end of the audio."""
        left = sum(map(_length, self._words))
        share = max(end - self._at, 0.0) / left if left else 0.0
        found: list[Word] = []
        while self._words:
            found.append(self._next(self._at + _length(self._words[0]) * share))
        return found

    def _next(self, end: float) -> Word:
        word = Word(self._words.popleft(), self._at, end)
        self._at = end
        return word


def _length(word: str) -> int:
    return len(word) + 1


__all__ = ["AHEAD", "UNDECIDED", "Spread"]

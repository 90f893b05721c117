"""Words out of characters with their times."""

from collections.abc import Iterable, Iterator

from rxvoice.items import Word

Character = tuple[str, float, float]
"""A character, its start and its end in seconds."""


class Spelling:
    """Makes words of characters, which come in any pieces.

    A word ends with a blank. Signs of languages that have none, Chinese and Japanese, are words of
    their own, which carry their blanks.
    """

    def __init__(self) -> None:
        self._text = ""
        self._start = self._end = 0.0
        self.end: float = 0.0

    @property
    def pending(self) -> float | None:
        """Start of the word that is not complete; None when there is none."""
        return self._start if self._text else None

    def take(self, characters: Iterable[Character]) -> Iterator[Word]:
        """Take characters, and return the words that are complete."""
        for character, start, end in characters:
            self.end = end
            if character.isspace():
                yield from self.rest()
            elif is_sign(character):
                yield from self.rest()
                yield Word(character, start, end, verbatim=True)
            elif character:
                self._start = self._start if self._text else start
                self._text += character
                self._end = end

    def rest(self) -> Iterator[Word]:
        """Return the word that is not complete: there are no more characters."""
        word, self._text = self._text, ""
        if word:
            yield Word(word, self._start, self._end)


def is_sign(text: str) -> bool:
    """Return whether a text has signs of languages that are written without blanks."""
    return any("\u2e80" <= sign <= "\ua4cf" or "\uf900" <= sign <= "\uffef" for sign in text)


__all__ = ["Character", "Spelling", "is_sign"]

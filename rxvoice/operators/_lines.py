"""What a voice was given, and how far it has come with it."""

import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rxvoice.items import Sentence, Word

AHEAD = 8
"""Words that a voice may say in another way than they are written before one is known again."""


class Lines:
    """Gives words their sentences back, and text that is not spoken its place among them.

    The words of a voice come in order, but may be written in another way than the text, as numbers
    are. What is not spoken comes right after the last word of what was before it: when that is
    complete, or else before the next sentence begins.
    """

    def __init__(self) -> None:
        self._lines: deque[_Line | Word] = deque()
        self._at = 0.0
        self._remembered: bool | None = None  # whether the last word was

    def add(self, sentence: Sentence) -> None:
        """Append what the voice is given."""
        last = self._lines[-1] if self._lines else None
        if sentence.piece and isinstance(last, _Line) and last.goes_on(sentence):
            for track in last.tracks:
                track.add(sentence.text)
            return
        texts = [sentence.text] if sentence.written is None else [sentence.text, sentence.written]
        self._lines.append(
            _Line([_Track(text) for text in texts], sentence.remembered, sentence.piece)
        )

    def add_unspoken(self, word: Word) -> list[Word]:
        """Append what the voice is not given; return it when all before it has been spoken."""
        self._lines.append(word)
        return self._settled()

    def spoke(self, word: Word) -> list[Word]:
        """Take a word of the voice, and return it with what has its place around it."""
        found: list[Word] = []
        letters = _plain(word.text)
        line = self._current
        if line is not None and letters and not line.take(letters, self._next):
            following = self._next
            if following is not None and line.may_end and following.resumes(letters, line.missed):
                self._lines.popleft()
                found += self._settled()
                line = following
            else:
                line.missed += 1
        if line is not None and (letters or self._remembered is None):
            self._remembered = line.remembered
        if word.remembered and self._remembered is False:
            word = replace(word, remembered=False)
        found.append(word)
        self._at = max(self._at, word.end)
        return found + self._settled()

    def rest(self) -> list[Word]:
        """Return what is left of what is not spoken, now that the voice has spoken all."""
        left = [replace(line, pts=self._at, end=self._at) for line in self._unspoken()]
        self._lines.clear()
        return left

    def _unspoken(self) -> Iterator[Word]:
        return (line for line in self._lines if isinstance(line, Word))

    @property
    def _current(self) -> "_Line | None":
        return next((line for line in self._lines if isinstance(line, _Line)), None)

    @property
    def _next(self) -> "_Line | None":
        spoken = (line for line in self._lines if isinstance(line, _Line))
        next(spoken, None)
        return next(spoken, None)

    def _settled(self) -> list[Word]:
        """Return what is not spoken and has nothing before it any more."""
        found: list[Word] = []
        while self._lines:
            line = self._lines[0]
            if isinstance(line, Word):
                found.append(replace(line, pts=self._at, end=self._at))
            elif not line.is_spoken:
                break
            self._lines.popleft()
        return found


class _Track:
    """A text, by the letters of its words."""

    def __init__(self, text: str) -> None:
        self.letters = ""
        self.at = 0
        self._starts: list[int] = []
        self._between = True
        self.add(text)

    def add(self, text: str) -> None:
        """Append a text, which goes on with the last word unless a blank is between."""
        within = not self._between and not text[:1].isspace()
        for word in filter(None, map(_plain, text.split())):
            if not within:
                self._starts.append(len(self.letters))
            self.letters += word
            within = False
        self._between = text[-1:].isspace()

    @property
    def rest(self) -> str:
        return self.letters[self.at :]

    @property
    def is_at_number(self) -> bool:
        return any(map(str.isdigit, self.rest[:2]))

    @property
    def is_near_end(self) -> bool:
        return len(self._ahead) <= AHEAD

    @property
    def _ahead(self) -> list[int]:
        return self._starts[bisect_right(self._starts, self.at) :]

    def take(self, letters: str) -> bool:
        """Go past letters that come next, or that one of the next words begins with."""
        if self.letters.startswith(letters, self.at):
            self.at += len(letters)
            return True
        for start in self._ahead[:AHEAD]:
            if self.letters.startswith(letters, start):
                self.at = start + len(letters)
                return True
        return False


@dataclass(slots=True)
class _Line:
    """A sentence, and how far the voice has come with it.

    Attributes:
        tracks: As the voice is given it, and as it is written.
        remembered: Whether it belongs to the history.
        piece: Whether it consists of pieces.
        missed: How many words have come, since the last that was known, that are not in it.
    """

    tracks: Sequence[_Track]
    remembered: bool
    piece: bool = False
    missed: int = field(default=0)

    def goes_on(self, sentence: Sentence) -> bool:
        """Whether it goes on with a piece."""
        alike = self.remembered is sentence.remembered and sentence.written is None
        return self.piece and alike and len(self.tracks) == 1

    @property
    def is_spoken(self) -> bool:
        return any(track.at >= len(track.letters) for track in self.tracks)

    @property
    def may_end(self) -> bool:
        """Whether the next may begin: not where a number is next, which is read in other words."""
        if not any(track.is_near_end for track in self.tracks):
            return False
        return self.missed > 0 or not any(track.is_at_number for track in self.tracks)

    def begins(self, letters: str) -> bool:
        """Whether it begins with these letters."""
        return any(track.letters.startswith(letters) for track in self.tracks)

    def resumes(self, letters: str, missed: int) -> bool:
        """Go past letters, which it begins with; or does not, when words before were not known."""
        return (missed > 0 or self.begins(letters)) and self.take(letters, None)

    def take(self, letters: str, following: "_Line | None") -> bool:
        """Go past letters, which may reach into the sentence that follows."""
        known = [track.take(letters) for track in self.tracks]
        if not any(known) and following is not None:
            for track in self.tracks:
                over = letters.removeprefix(track.rest)
                if track.rest and over != letters and following.begins(over):
                    following.take(over, None)
                    track.at = len(track.letters)
                    known.append(True)
        if any(known):
            self.missed = 0
        return any(known)


def _plain(text: str) -> str:
    """Return what is heard of a text: its letters, digits and signs of currency."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(_is_heard, folded))


def _is_heard(char: str) -> bool:
    return char.isalnum() or char == "%" or unicodedata.category(char) == "Sc"


__all__ = ["Lines"]

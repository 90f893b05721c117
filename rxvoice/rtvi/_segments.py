"""What the bot says, sentence by sentence, and how much of it has been heard."""

import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rxvoice.items import Word
from rxvoice.operators._sentence_splitter import SentenceSplitter

AHEAD: Final = 8
"""Words that a voice may say in another way than they are written before one is known again."""

LONGEST: Final = 500

Status: TypeAlias = Literal["new", "in-progress", "completed"]


@dataclass(frozen=True, slots=True)
class Output:
    """How far the bot has come with a sentence.

    Attributes:
        id: Its number.
        text: The sentence.
        spoken: Whether it goes to the voice.
        status: Whether it is new, being heard, or has been heard.
        at: How many of its characters have been heard.
        first: Whether nothing was told of it before.
    """

    id: int
    text: str
    spoken: bool
    status: Status
    at: int = 0
    first: bool = False


class Segments:
    """Knows the sentences of the bot that have not been heard to their end.

    What is written before the bot is heard waits until it is.
    """

    def __init__(self) -> None:
        self._count = 0
        self._speaking = False
        self._waiting: deque[_Segment] = deque()
        self._unheard: deque[_Segment] = deque()
        self._own = splitter()
        self._early = ""  # letters that the splitter holds

    def write(self, text: str, *, spoken: bool) -> list[Output]:
        """Take a sentence."""
        segment = self._add(text, spoken=spoken)
        if spoken:
            if segment.begins(self._early):  # a voice is given parts of sentences
                segment.at = len(self._early)
                self._own, self._early = splitter(), ""
            self._unheard.append(segment)
            if segment.at and not segment.rest:
                return [segment.output("new"), self._progress()]
        if self._speaking or not (spoken or self._waiting):
            return [segment.output("new")]
        self._waiting.append(segment)
        return []

    def started(self) -> list[Output]:
        """Take that the bot begins to be heard."""
        self._speaking = True
        waiting, self._waiting = self._waiting, deque()
        return [segment.output("new") for segment in waiting]

    def stopped(self) -> list[Output]:
        """Take that the bot is not heard any more."""
        self._speaking = False
        return self._flushed()

    def heard(self, word: Word) -> list[Output]:
        """Take a word that has been heard."""
        letters = "".join(letter for char in word.text for letter in _plain(char))
        if not self._unheard:
            text = word.text if word.verbatim else f"{word.text} "
            self._early += letters
            return self._said_itself(self._own.feed(text))
        if not letters:
            return []
        current = self._unheard[0]
        if current.take(letters):
            return [self._progress()]
        following = self._unheard[1] if len(self._unheard) > 1 else None
        over = letters.removeprefix(current.rest) if current.rest else letters
        if following is not None and current.is_near_end and following.begins(over):
            current.at = len(current.letters)
            told = [self._progress()]
            following.take(over)
            return [*told, self._progress()]
        current.missed = True
        return []

    def ended(self, *, interrupted: bool) -> list[Output]:
        """Take that the reply is over, after which nothing is left."""
        told: list[Output] = []
        if not interrupted:
            if self._unheard and (self._unheard[0].at or self._unheard[0].missed):
                self._unheard[0].at = len(self._unheard[0].letters)
                told.append(self._progress())
            for segment in self._waiting:
                segment.spoken = False
                told.append(segment.output("new"))
            told += self._flushed()
        self._waiting.clear()
        self._unheard.clear()
        self._own, self._early = splitter(), ""
        return told

    def _flushed(self) -> list[Output]:
        return self._said_itself(self._own.flush()[0])

    def _add(self, text: str, *, spoken: bool) -> "_Segment":
        self._count += 1
        return _Segment(self._count, text, spoken)

    def _progress(self) -> Output:
        """Return how far the first sentence is, and leave it when it has been heard."""
        segment = self._unheard[0]
        if segment.rest:
            return segment.output("in-progress")
        self._unheard.popleft()
        return segment.output("completed")

    def _said_itself(self, sentences: Iterable[str]) -> list[Output]:
        """Return sentences that nobody has written, such as those of a model that speaks."""
        segments = [self._add(text, spoken=True) for text in sentences]
        self._early = self._early[sum(len(one.letters) for one in segments) :]
        return [
            Output(one.id, one.text, True, "completed", len(one.text), True) for one in segments
        ]


class _Segment:
    def __init__(self, number: int, text: str, spoken: bool) -> None:
        self.id = number
        self.text = text
        self.spoken = spoken
        self.letters = ""
        self.at = 0
        self.missed = False
        self._ends: list[int] = []
        self._starts: list[int] = []
        between = True
        for place, char in enumerate(text, 1):
            for letter in _plain(char):
                if between:
                    self._starts.append(len(self.letters))
                self.letters += letter
                self._ends.append(place)
                between = False
            between = between or char.isspace()

    @property
    def rest(self) -> str:
        return self.letters[self.at :]

    @property
    def is_near_end(self) -> bool:
        return len(self._ahead) <= AHEAD

    @property
    def _ahead(self) -> list[int]:
        return self._starts[bisect_right(self._starts, self.at) :]

    def begins(self, letters: str) -> bool:
        return bool(letters) and self.letters.startswith(letters)

    def take(self, letters: str) -> bool:
        """Go past letters that come next, or that one of the next words begins with."""
        for start in (self.at, *self._ahead[:AHEAD]):
            if self.letters.startswith(letters, start):
                self.at = start + len(letters)
                return True
        return False

    def output(self, status: Status) -> Output:
        place = self._place(status)
        return Output(self.id, self.text, self.spoken, status, place, status == "new")

    def _place(self, status: Status) -> int:
        """Return where the text goes on, behind the marks of the last word."""
        if status == "completed":
            return len(self.text)
        place = self._ends[self.at - 1] if self.at else 0
        while place and place < len(self.text) and not self._goes_on(place):
            place += 1
        return place

    def _goes_on(self, place: int) -> bool:
        char = self.text[place]
        return char.isspace() or bool(_plain(char))


def splitter() -> SentenceSplitter:
    """Return what groups text into sentences, as voices are given them."""
    return SentenceSplitter(min_length=0, max_length=LONGEST, first_clause=0)


def _plain(char: str) -> str:
    """Return what is heard of a character: letters, digits and signs of currency."""
    folded = unicodedata.normalize("NFKC", char).casefold()
    return "".join(
        one for one in folded if one.isalnum() or one == "%" or unicodedata.category(one) == "Sc"
    )


__all__ = ["LONGEST", "Output", "Segments", "Status", "splitter"]

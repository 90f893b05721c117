"""What a voice is to say, and how far it has come."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from rxvoice.items import Sentence, Word
from rxvoice.providers._voice import VoiceDialect


@dataclass(frozen=True, slots=True)
class Change:
    """From here on other options hold."""

    dialect: VoiceDialect


Line: TypeAlias = Sentence | Change


class Script:
    """Takes sentences, at once, and gives them to whoever sends them, in order.

    Sentences stay until they are known to be spoken; `rewind` gives them once more.

    Args:
        longest: Characters of a sentence; one that has more is cut at its blanks. 0 for any number.

    Attributes:
        error: What the source failed with.
        over: Whether the source has ended.
    """

    def __init__(self, longest: int = 0) -> None:
        self._longest = longest
        self._mute: str | None = ""
        self.error: Exception | None = None
        self.over: bool = False
        self._lines: list[Line] = []
        self._given = 0
        self._heard = 0
        self._left = ""
        self._lost = False
        self._waiter: asyncio.Future[None] | None = None
        self._ended = asyncio.Event()

    @property
    def empty(self) -> bool:
        """Whether there is nothing that is not known to be spoken, and nothing will come."""
        return self.over and not self._lines

    @property
    def given(self) -> int:
        """How many sentences and pieces were given that are not known to be spoken."""
        return sum(isinstance(line, Sentence) for line in self._lines[: self._given])

    @property
    def waits(self) -> bool:
        """Whether there is something to give, as soon as the sentence that was given is spoken."""
        return self._waiter is not None and self._given < len(self._lines)

    def on_next(self, sentence: Sentence) -> None:
        """Take a sentence; one without anything to say is left out.

        So are pieces before the first that says something: they are given with that.
        """
        if not sentence.spoken or self.over:
            return
        if sentence.piece:
            self._put_piece(sentence)
            return
        self._mute = ""
        for part in parts(sentence.text, self._longest or len(sentence.text)):
            self._put(sentence if part == sentence.text else replace(sentence, text=part))

    def change(self, dialect: VoiceDialect) -> None:
        """Note that other options hold for what comes from now on."""
        if not self.over:
            self._put(Change(dialect))

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self.error = error
        self.on_completed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self.over = True
        self._ended.set()
        self._wake()

    async def ended(self) -> None:
        """Wait until the source has ended."""
        await self._ended.wait()

    async def next(self, *, alone: bool = False) -> Line | None:
        """Return what is next; None when there is nothing more.

        Args:
            alone: Whether it waits until the sentences that were given are spoken.
        """
        while (ended := self._given >= len(self._lines)) or (alone and self._is_speaking):
            if ended and self.over:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        line = self._lines[self._given]
        self._given += 1
        return line

    def put_back(self) -> None:
        """Give once more what was given last."""
        self._given -= 1

    def sentence_done(self) -> None:
        """Note that the first sentence was spoken, or the pieces up to its end."""
        for count, line in enumerate(self._lines[: self._given], 1):
            if not isinstance(line, Sentence):
                self._drop(count - 1)
                return
            if not line.piece:
                self._drop(count)
                return
        self._drop(self._given)

    def heard_done(self) -> None:
        """Note that the first sentence was spoken, whose last word was `heard`."""
        self._drop(1)

    def all_done(self) -> None:
        """Note that all that was given was spoken."""
        self._drop(self._given)

    def rewind(self) -> None:
        """Give once more what is not known to be spoken."""
        self._given = self._heard = 0
        self._left, self._lost = "", False

    def heard(self, word: Word) -> bool:
        """Return whether a word was the last of a sentence, which stays until `heard_done`.

        Words are told by their letters. A voice that says something in other words than it is
        written, such as a number, is not believed any more: its sentences stay.
        """
        letters = _letters(word.text)
        while letters and not self._lost:
            if not self._left:
                self._left = self._next_letters()
            self._lost = not self._left or not (
                self._left.startswith(letters) or letters.startswith(self._left)
            )
            if self._lost:
                break
            taken = min(len(letters), len(self._left))
            letters, self._left = letters[taken:], self._left[taken:]
            if not self._left:
                self._heard += 1
                return True
        return False

    def _next_letters(self) -> str:
        line = self._lines[self._heard] if self._heard < self._given else None
        whole = isinstance(line, Sentence) and not line.piece
        return _letters(line.text) if whole and isinstance(line, Sentence) else ""

    @property
    def _is_speaking(self) -> bool:
        """Whether a whole sentence was given that is not known to be spoken."""
        given = self._lines[: self._given]
        return any(isinstance(line, Sentence) and not line.piece for line in given)

    def _drop(self, count: int) -> None:
        del self._lines[:count]
        self._given = max(0, self._given - count)
        self._left = self._left if count <= self._heard else ""
        self._heard = max(0, self._heard - count)
        self._wake()

    def _put_piece(self, piece: Sentence) -> None:
        if self._mute is not None:
            self._mute += piece.text
            if not any(map(str.isalnum, piece.text)):
                return
            piece, self._mute = replace(piece, text=self._mute), None
        self._put(piece)

    def _put(self, line: Line) -> None:
        self._lines.append(line)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def parts(text: str, longest: int) -> Iterator[str]:
    """Cut a text at its blanks, so that no part is too long, and leave out what says nothing."""
    rest = text
    while rest:
        cut = len(rest) if len(rest) <= longest else rest.rfind(" ", 1, longest + 1)
        part, rest = rest[: cut if cut > 0 else longest], rest[cut if cut > 0 else longest :]
        if any(map(str.isalnum, part)):
            yield part.strip() if part != text else part


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


__all__ = ["Change", "Line", "Script", "parts"]

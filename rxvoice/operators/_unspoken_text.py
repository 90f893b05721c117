"""What a voice has not spoken yet."""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.operators._spread import Spread

CAPACITY = 1_024
"""Sentences of one reply that may wait."""

AHEAD = 8
"""Words that may differ from how they are written, as numbers do, before one is known again."""

_ROUNDING = 1e-6

logger = logging.getLogger(__name__)


class UnspokenText:
    """The sentences that a voice was given, up to those that were heard.

    A word is spoken when its audio has begun; so words are held back until then. A voice that gives
    audio and no word is taken to speak 15 characters a second.

    Attributes:
        spoken: How many words were spoken so far.
    """

    def __init__(self) -> None:
        self.spoken = 0
        self._lines: deque[_Line] = deque()
        self._pending: deque[Word] = deque()
        self._start = 0.0  # where the voice began, on the clock of the reply
        self._end = 0.0  # of the audio so far
        self._wordless = True

    @property
    def owed(self) -> bool:
        """Whether a voice that ends now would leave anything unsaid, as far as it tells."""
        if self._wordless and self._end > self._start:
            return False
        return any(line.words for line in self._lines)

    def take(self, sentence: Sentence) -> None:
        """Take what the voice is given."""
        self._lines.append(_Line(sentence))
        if len(self._lines) > CAPACITY:
            self._lines.popleft()
            if not self._wordless:
                logger.warning("more than %d sentences wait for the voice", CAPACITY)

    def given(self, item: AudioFrame | Word) -> Sequence[AudioFrame | Word]:
        """Take what the voice gives, and return what may go on, with the time of the reply."""
        if isinstance(item, Word):
            self._wordless = False
            pts, end = self._start + item.pts, self._start + item.end
            self._pending.append(replace(item, pts=pts, end=end))
            return self._begun()
        frame = AudioFrame(item.samples, item.rate, self._start + item.pts) if self._start else item
        self._end = max(self._end, frame.end)
        return [*self._begun(), frame]

    def ended(self) -> Sequence[Word]:
        """Return what is left of the words, now that the voice has said all."""
        words = list(self._pending)
        self._pending.clear()
        return words

    def settle(self) -> None:
        """Take the voice for one that says no more: another one begins where it has stopped."""
        if self._wordless and self._end > self._start:
            self._estimate(self._end - self._start)
        self._start = self._end
        self._wordless = True
        self._pending.clear()

    def replay(self) -> Sequence[Sentence]:
        """Return what another voice has to say."""
        self.settle()
        return [line.rest() for line in self._lines if line.words]

    def _begun(self) -> list[Word]:
        words: list[Word] = []
        while self._pending and self._pending[0].pts < self._end - _ROUNDING:
            word = self._pending.popleft()
            self._spoken(word.text)
            words.append(word)
        return words

    def _spoken(self, text: str) -> None:
        """Forget a word; one that is written otherwise goes with the next that is known."""
        for part in text.split():
            wanted = _plain(part)
            written = islice(chain.from_iterable(line.words for line in self._lines), AHEAD)
            for count, word in enumerate(written, 1):
                if wanted and _plain(word) == wanted:
                    self._forget(count)
                    break

    def _forget(self, words: int) -> None:
        self.spoken += words
        while words:
            line = self._lines[0]
            gone = min(words, len(line.words))
            del line.words[:gone]
            words -= gone
            if not line.words:
                self._lines.popleft()

    def _estimate(self, duration: float) -> None:
        """Forget the sentences that must have begun by now; one that has is not begun again."""
        spread = Spread()
        for line in self._lines:
            spread.add(" ".join(line.words))
        spoken = len(spread.until(duration - _ROUNDING))
        while self._lines and spoken > 0:
            gone = len(self._lines.popleft().words)
            self.spoken += gone
            spoken -= gone


@dataclass(slots=True)
class _Line:
    """A sentence, and what is left of it."""

    sentence: Sentence
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = self.sentence.text.split()

    def rest(self) -> Sentence:
        left = " ".join(self.words)
        whole = " ".join(self.sentence.text.split()) == left
        return self.sentence if whole else replace(self.sentence, text=left, written=None)


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


__all__ = ["UnspokenText"]

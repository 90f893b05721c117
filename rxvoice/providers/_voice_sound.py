"""The sound of one reply, put together from what comes on one context after the other."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final, Protocol

from rxvoice.items import AudioFrame, Word
from rxvoice.providers._samples import Encoding, SampleReader
from rxvoice.providers._voice import Words
from rxvoice.providers._voice_script import Script
from rxvoice.providers._voice_tail import Tail


class Sounding(Protocol):
    """What a dialect tells of its sound.

    Attributes:
        words_apart: Whether words come in messages of their own, maybe after their audio.
        marks: Whether it tells the end of each sentence.
    """

    words_apart: ClassVar[bool]
    marks: ClassVar[bool]

    @property
    def rate(self) -> int:
        """Samples a second."""
        ...

    @property
    def encoding(self) -> Encoding:
        """How they are written."""
        ...


_SILENCE: Final = 0.5
"""Seconds after its last word that still belong to a sentence."""


@dataclass(slots=True)
class _Told:
    """A sentence whose words were told, but not all of whose audio came.

    Attributes:
        words: How many.
        end: Of the last of them, on the reply's clock.
        following: Where the next sentence begins, as far as its first word was told.
    """

    words: int
    end: float
    following: float | None = None


class Sound:
    """Gives frames and words with times that count from the first sample of the reply.

    When something is spoken once more, because the connection was lost in its midst, what was
    given of it before is left out.

    Args:
        script: Is told when a sentence is known to be spoken.

    Attributes:
        end: Seconds of audio that came.
        heard: Whether any came in the context.
    """

    def __init__(self, script: Script) -> None:
        self.end: float = 0.0
        self.heard: bool = False
        self._script = script
        self._reader: Callable[[], SampleReader] | None = None
        self._samples: SampleReader | None = None
        self._apart = self._by_words = False
        self._held: deque[AudioFrame] = deque()
        self._came = 0.0  # end of what came in this context, on the reply's clock
        self._origin = 0.0  # where this context begins on it
        self._unit = 0.0  # where what is not known to be spoken begins on it
        self._unit_words = 0  # of these, told in this context
        self._given_words = 0  # and in all
        self._pausing = False  # whether a sentence was spoken, and no word of the next
        self._known = math.inf
        self._word_at = 0.0
        self._lead: float | None = None  # before the context's first word
        self._knows = False  # whether a sentence is known to be spoken in this context
        self._told_of: deque[_Told] = deque()
        self._tail = Tail()

    @property
    def holds(self) -> bool:
        """Whether audio waits for its words."""
        return bool(self._held)

    def begin(self, dialect: Sounding) -> None:
        """Begin with a context, which speaks what is not known to be spoken.

        Audio that still waits for its words is among that.
        """
        if self._held:
            self.end = self._held[0].pts
            self._held.clear()
            self._tail.cut(self.end)
        if self._pausing and self.end - self._unit <= _SILENCE:
            onset = self._tail.onset(self._unit, self.end) - (self._lead or 0.0)
            self._unit = max(self._unit, onset)
        self._pausing = False
        self._unit = min(self._unit, self.end)
        self._told_of.clear()
        self._reader = partial(SampleReader, dialect.rate, dialect.encoding)
        self._samples = self._reader()
        self._apart = dialect.words_apart
        self._by_words = not dialect.marks
        self._origin = self._came = self._unit
        self._unit_words = 0
        self._known = self._origin if self._apart else math.inf
        self.heard = False
        self._lead = None
        self._knows = False

    def audio(self, data: bytes) -> Iterator[AudioFrame]:
        """Take audio."""
        assert self._samples is not None
        for frame in self._samples.push(data):
            self.heard = True
            pts, self._came = self._came, self._came + frame.duration
            fresh = replace(frame, pts=pts)
            if pts < self.end:
                over = min(len(frame.samples), round((self.end - pts) * frame.rate))
                fresh = AudioFrame(frame.samples[over:], frame.rate, self.end)
            if len(fresh.samples):
                self.end = max(self.end, fresh.end)
                self._held.append(fresh)
                self._tail.add(fresh)
        self._came_to(self._came)
        yield from self._released()

    def words(self, words: Words) -> Iterator[AudioFrame | Word]:
        """Take words, and give what has waited for them."""
        base = self._came if words.chunk else self._origin
        for word in words.words:
            self._known = max(self._known, base + word.pts) if self._apart else self._known
            yield from self._released()
            self._begun(base + word.pts)
            self._pausing = False
            self._unit_words += 1
            if self._unit_words <= self._given_words:
                self._told(word, base)
                continue
            self._given_words = self._unit_words
            self._word_at = max(self._word_at, base + word.pts)
            end = max(self._word_at, base + word.end)
            yield replace(word, pts=self._word_at, end=end)
            self._told(word, base)
        if words.until is not None:
            self._known = base + words.until
        elif self._apart and words.words:
            self._known = max(self._known, base + words.words[-1].end)
        else:
            self._known = math.inf
        yield from self._released()

    def sentence_done(self) -> Iterator[AudioFrame]:
        """Note that the first sentence was spoken; the next begins with a whole sample."""
        yield from self.let_go()
        if self._reader is not None:
            self._samples = self._reader()
        self._script.sentence_done()
        self._knows = True
        self._begin_unit(self._came)

    def all_done(self) -> Iterator[AudioFrame]:
        """Note that all was spoken."""
        yield from self.let_go()
        self._script.all_done()
        self._begin_unit(self.end)

    def context_done(self, *, all_sent: bool) -> Iterator[AudioFrame]:
        """Note that the server has ended the context.

        It may have done so while more was on its way: what it has said nothing of stays, where it
        is known how far it came.

        Args:
            all_sent: Whether it was told that there was no more.
        """
        began = self._unit_words > 0 or self._came - self._unit > _SILENCE
        if not self._knows or (all_sent and began):
            yield from self.all_done()
            return
        self._came_to(math.inf)
        yield from self.let_go()
        if not self._given_words:
            self._begin_unit(self.end)

    def let_go(self) -> Iterator[AudioFrame]:
        """Give what waits for words that do not come."""
        while self._held:
            yield self._held.popleft()

    def _begun(self, at: float) -> None:
        """Note where a sentence begins, if it is its first word that begins there.

        Another context would begin with as much silence as this one did, and not with that between
        two sentences.
        """
        if self._lead is None:
            self._lead = at - self._origin
        elif self._by_words:
            words = sum(told.words for told in self._told_of)
            if self._unit_words == words:
                if self._told_of:
                    self._told_of[-1].following = at - self._lead
                else:
                    self._unit = max(self._unit, at - self._lead)

    def _told(self, word: Word, base: float) -> None:
        if self._by_words and self._script.heard(word):
            words = self._unit_words - sum(told.words for told in self._told_of)
            self._told_of.append(_Told(words, base + word.end))
            self._came_to(self._came)

    def _came_to(self, position: float) -> None:
        """Note that the sentences are spoken whose words were told and whose audio came."""
        while self._told_of and self._told_of[0].end <= position + 1e-6:
            told = self._told_of.popleft()
            self._script.heard_done()
            self._knows = True
            self._unit_words -= told.words
            self._given_words = max(0, self._given_words - told.words)
            self._unit = max(told.end, told.following or 0.0)
            self._pausing = told.following is None

    def _begin_unit(self, at: float) -> None:
        self._unit, self._unit_words, self._given_words = at, 0, 0
        self._pausing = False
        self._told_of.clear()

    def _released(self) -> Iterator[AudioFrame]:
        """Give audio before which all words are known."""
        while self._held:
            frame = self._held[0]
            known = (self._known - frame.pts) * frame.rate + 1e-6
            if known >= len(frame.samples):
                yield self._held.popleft()
                continue
            count = math.floor(known)
            if count > 0:
                rest = frame.pts + count / frame.rate
                self._held[0] = AudioFrame(frame.samples[count:], frame.rate, rest)
                yield AudioFrame(frame.samples[:count], frame.rate, frame.pts)
            return


__all__ = ["Sound", "Sounding"]

"""A voice that speaks sentences, and what it owes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from reactivex import abc

from rxvoice._disposables import SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import Inlet, deferred
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import Spoken, Synthesizer
from rxvoice.items import AudioFrame, Event, Fault, Metric, Sentence, Word
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._lines import Lines
from rxvoice.operators._spread import AHEAD, UNDECIDED, Spread

WORDLESS = 2 * UNDECIDED  # a voice of single sentences lays its words before


class Voice:
    """One subscription of `synthesize`: the voice and what it owes.

    Args:
        observer: Gets all that passes and what the voice gives.
        clock: For waiting.
        timeout: Seconds without anything, while it owes an answer, after which it is given up.
        say: What it is to say for a sentence.
        name: Source of faults and metrics.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        timeout: float,
        say: Callable[[str], str] | None,
        name: str,
    ) -> None:
        self.subscription = SingleAssignmentDisposable()
        self.timer = SerialDisposable()
        self.words = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._timeout = timeout or math.inf
        self._say = say
        self._name = name
        self._lines = Lines()
        self._text: Inlet[Sentence] = Inlet()
        self._words: Spread | None = Spread()
        self._began = self._end = 0.0
        self._asked: float | None = None
        self._since = 0.0
        self._owes = self._waiting = False
        self._sounded = self._silent = self._ended = self._told = False

    def start(self, tts: Synthesizer) -> None:
        """Subscribe to the voice."""
        self.subscription.disposable = deferred(lambda: tts(self._text)).subscribe(
            self._spoke, self._failed, self._done, scheduler=self._clock
        )

    def on_next(self, item: Event | Sentence) -> None:
        """Take an item from the source."""
        if not isinstance(item, Sentence):
            self._observer.on_next(item)
        elif not (sentence := self._spoken(item)).spoken:
            as_it_came = not item.spoken
            word = Word(item.text, 0.0, 0.0, as_it_came, False, item.remembered)
            self._tell_words(self._lines.add_unspoken(word))
        elif not self._silent:
            if self._asked is None:
                self._asked = self._clock.now_seconds
            self._expect()
            if self._words is not None:
                self._words.add(item.text, piece=item.piece)
            self._lines.add(sentence)
            self._text.on_next(sentence)
        else:
            self._lines.add(sentence)
            if not self._told:
                self._tell(Fault(self._name, "the voice ended before the text did"))

    def _spoken(self, sentence: Sentence) -> Sentence:
        """Return what the voice is given; not spoken when that is nothing."""
        if self._say is None or not sentence.spoken:
            return sentence
        try:
            text = self._say(sentence.text)
            if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"a text is wanted, got {type(text).__name__}")
        except Exception as error:
            told = f"say failed: {type(error).__name__}"
            self._observer.on_next(Fault(self._name, told, cause=error))
            return sentence
        if not text.strip():
            return replace(sentence, spoken=False)
        if text == sentence.text:
            return sentence
        return replace(sentence, text=text, written=sentence.text)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if self._silent:
            self._observer.on_completed()
        else:
            self._expect()
            self._text.on_completed()

    def _spoke(self, item: Spoken) -> None:
        if self._silent:
            return
        self._since = self._clock.now_seconds
        self._owes = self._ended
        if isinstance(item, Word):
            self._words = None
            self._tell_words(self._lines.spoke(item))
            return
        if isinstance(item, AudioFrame):
            self._end = max(self._end, item.end)
            if not self._sounded:
                self._sounded = True
                since = self._since if self._asked is None else self._asked
                self._observer.on_next(Metric(self._name, "ttfb", self._since - since))
                self._began = self._since
                if self._words is not None:
                    self.words.disposable = self._clock.call_later(WORDLESS, self._lay)
        self._observer.on_next(item)

    def _failed(self, error: Exception, message: str | None = None) -> None:
        if self._silent:
            return
        self._tell(fault_of(self._name, error, message))
        self._done()

    def _tell(self, fault: Fault) -> None:
        self._told = True
        self._observer.on_next(fault)

    def _done(self) -> None:
        if self._silent:
            return
        self._silent = True
        self.timer.dispose()
        self.words.dispose()
        if self._words is not None and self._sounded:
            words = self._words.until(self._end) if self._told else self._words.rest(self._end)
            self._tell_spread(words)
        if not self._told:
            self._tell_words(self._lines.rest())
        if self._ended:
            self._observer.on_completed()

    def _lay(self) -> None:
        """Tell the words that are going to be heard, as the voice itself tells none."""
        if self._words is None:
            return
        passed = self._clock.now_seconds - self._began
        self.words.disposable = self._clock.call_later(AHEAD / 2, self._lay)
        self._tell_spread(self._words.until(passed + AHEAD))

    def _tell_spread(self, words: Iterable[Word]) -> None:
        for word in words:
            self._tell_words(self._lines.spoke(word))

    def _tell_words(self, words: Iterable[Word]) -> None:
        for word in words:
            self._observer.on_next(word)

    def _expect(self) -> None:
        """Begin to wait for an answer. One timer serves all: what the voice gives is just noted."""
        self._owes = True
        self._since = self._clock.now_seconds
        if not self._waiting and self._timeout < math.inf:
            self._waiting = True
            self.timer.disposable = self._clock.call_at(self._since + self._timeout, self._look)

    def _look(self) -> None:
        """Give up, or look again when the voice may have been silent for too long."""
        due = self._since + self._timeout
        self._waiting = self._owes and self._clock.now_seconds < due - 1e-6
        if self._waiting:
            self.timer.disposable = self._clock.call_at(due, self._look)
        elif self._owes:
            self.subscription.dispose()
            message = f"the voice gave nothing for {self._timeout:g} s"
            self._failed(TimeoutError(message), message)


__all__ = ["Voice"]

"""`synthesize`."""

import math
from collections.abc import Sequence

import reactivex as rx
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from reactivex.subject import Subject

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Synthesizer
from rxvoice.items import AudioFrame, Event, Fault, Metric, Sentence, Word
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._sentences import sentences
from rxvoice.operators._spread import AHEAD, UNDECIDED, Spread

WORDLESS = 2 * UNDECIDED  # a voice of single sentences lays its words before


def synthesize(
    tts: Synthesizer, /, *, timeout: float = 15.0, first_clause: int = 0, name: str = "tts"
) -> Operator[Event, Event]:
    """Speak what a language model writes.

    Tokens are grouped into sentences, each of which goes to the voice as soon as it is complete.
    What the voice gives is merged in: `Word` items, each before the audio that it starts in, and
    `AudioFrame` items, with times that count from the first sample of the reply. The first audio
    is preceded by a `Metric` ``ttfb``, counted from the first sentence. All other items pass
    unchanged and at once, tokens included, so that text may be shown before it is heard.

    A voice that gives no `Word` at all has them spread over its audio by their share of the
    characters; while it is not known how long that will be, at 15 characters a second.

    A voice that fails, ends before the text does, or owes an answer and gives nothing for
    ``timeout`` seconds, gives one `Fault` and is silent from then on; the text still passes.

    Marbles (one column is 100 ms)::

        text  -ab-c|
        tts   -----vx-wx-yx|
        synthesize(tts)
        out   -ab-cv(m x)-wx-yx|

        a: Token("Good")  b: Token(" day.")  c: Token(" Bye!")  m: Metric("tts", "ttfb", 0.2)
        v: Word("Good", 0.0)  w: Word("day.", 0.1)  y: Word("Bye!", 0.2)  x: speech(0.1)

    Args:
        tts: The voice.
        timeout: Seconds without anything from the voice, after a sentence or after the last one,
            after which it is given up; 0 for never.
        first_clause: Characters after which the first sentence may end at a comma, to be heard
            sooner; 0 for never. See `sentences`.
        name: Source of faults and metrics.

    Returns:
        The operator. It completes when the source has and the voice has spoken its last sentence.
        It fails as soon as the source does.

    Raises:
        ValueError: When ``timeout`` or ``first_clause`` is negative.
    """
    if timeout < 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")
    split = sentences(first_clause=first_clause)

    def synthesized(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            voice = _Voice(observer, clock, timeout, name)
            voice.start(tts)
            own = (voice.subscription, voice.timer, voice.words)
            with begun(*own):
                subscription = source.pipe(split).subscribe(
                    voice.on_next, observer.on_error, voice.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, *own)

        return Observable(subscribe)

    return synthesized


class _Voice:
    """One subscription: the voice and what it owes."""

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, timeout: float, name: str
    ) -> None:
        self.subscription = SingleAssignmentDisposable()
        self.timer = SerialDisposable()
        self.words = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._timeout = timeout or math.inf
        self._name = name
        self._text: Subject[Sentence] = Subject()
        self._words: Spread | None = Spread()
        self._began = self._end = 0.0
        self._asked: float | None = None
        self._since = 0.0
        self._owes = self._waiting = False
        self._sounded = self._silent = self._ended = self._told = False

    def start(self, tts: Synthesizer) -> None:
        """Subscribe to the voice."""
        self.subscription.disposable = rx.defer(lambda _: tts(self._text)).subscribe(
            self._spoke, self._failed, self._done, scheduler=self._clock
        )

    def on_next(self, item: Event | Sentence) -> None:
        """Take an item from the source."""
        if not isinstance(item, Sentence):
            self._observer.on_next(item)
        elif not self._silent:
            if self._asked is None:
                self._asked = self._clock.now_seconds
            self._expect()
            if self._words is not None:
                self._words.add(item.text)
            self._text.on_next(item)
        elif not self._told:
            self._tell(Fault(self._name, "the voice ended before the text did"))

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if self._silent:
            self._observer.on_completed()
        else:
            self._expect()
            self._text.on_completed()

    def _spoke(self, item: AudioFrame | Word | Fault | Metric) -> None:
        if self._silent:
            return
        self._since = self._clock.now_seconds
        self._owes = self._ended
        if isinstance(item, Word):
            self._words = None
        elif isinstance(item, AudioFrame):
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
            self._tell_words(words)
        if self._ended:
            self._observer.on_completed()

    def _lay(self) -> None:
        """Tell the words that are going to be heard, as the voice itself tells none."""
        if self._words is None:
            return
        passed = self._clock.now_seconds - self._began
        self.words.disposable = self._clock.call_later(AHEAD / 2, self._lay)
        self._tell_words(self._words.until(passed + AHEAD))

    def _tell_words(self, words: Sequence[Word]) -> None:
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

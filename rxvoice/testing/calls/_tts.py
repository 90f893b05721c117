"""A voice that hums."""

from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable, SerialDisposable

from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Spoken
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.testing._items import tone


class ScriptedTTS:
    """A voice (`rxvoice.contracts.Synthesizer`) that hums, with a time for each word.

    It speaks faster than real time, like real ones: the first sentence is there whole after
    ``ttfb``, the others as soon as they are asked for.

    Args:
        word: Seconds that a word takes.
        ttfb: Seconds from the first sentence to its audio (time to first byte); so it is for a
            sentence that comes when the voice has nothing else to do.
        rate: Samples a second.
        words: Whether it tells words and their times; some voices cannot.
        faults: What it fails with, by the number of the sentence, counted from 1 over all replies.

    Attributes:
        asked: The sentences that it was given, in order.
        open: How many replies it is speaking.
    """

    def __init__(
        self,
        *,
        word: float = 0.25,
        ttfb: float = 0.1,
        rate: int = 16_000,
        words: bool = True,
        faults: Mapping[int, Exception] | None = None,
    ) -> None:
        if not word > 0.0:
            raise ValueError(f"word must be positive, got {word}")
        if not ttfb >= 0.0:
            raise ValueError(f"ttfb must not be negative, got {ttfb}")
        if rate < 1:
            raise ValueError(f"rate must be positive, got {rate}")
        self.asked: list[str] = []
        self.open: int = 0
        self._word = word
        self._ttfb = ttfb
        self._rate = rate
        self._words = words
        self._faults = dict(faults or {})

    def __call__(self, source: Observable[Sentence], /) -> Observable[Spoken]:
        """Speak sentences, in order; each subscription is a reply of its own."""

        def subscribe(
            observer: abc.ObserverBase[Spoken], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            speaking = _Speaking(observer, loop_scheduler(scheduler), self._ttfb, self._speak)
            self.open += 1

            def end() -> None:
                self.open -= 1

            subscription = source.subscribe(
                speaking.on_next, observer.on_error, speaking.on_completed, scheduler=scheduler
            )
            return CompositeDisposable(subscription, speaking.timer, Disposable(end))

        return Observable(subscribe)

    def _speak(self, sentence: Sentence, at: float) -> list[Spoken]:
        self.asked.append(sentence.text)
        error = self._faults.get(len(self.asked))
        if error is not None:
            raise error
        words = sentence.text.split()
        samples = _hum(round(len(words) * self._word * self._rate), self._rate)
        spoken: list[Spoken] = []
        if self._words:
            times = [at + index * self._word for index in range(len(words) + 1)]
            spoken += [
                Word(text, times[index], times[index + 1]) for index, text in enumerate(words)
            ]
        if words:
            spoken.append(AudioFrame(samples, self._rate, at))
        return spoken


class _Speaking:
    """One reply."""

    def __init__(
        self,
        observer: abc.ObserverBase[Spoken],
        clock: LoopScheduler,
        ttfb: float,
        speak: Callable[[Sentence, float], list[Spoken]],
    ) -> None:
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._ttfb = ttfb
        self._speak = speak
        self._waiting: deque[Sentence] = deque()
        self._busy = self._ended = False
        self._at = 0.0

    def on_next(self, sentence: Sentence) -> None:
        self._waiting.append(sentence)
        if not self._busy:
            self._busy = True
            self.timer.disposable = self._clock.call_later(self._ttfb, self._say)

    def on_completed(self) -> None:
        self._ended = True
        if not self._busy:
            self._observer.on_completed()

    def _say(self) -> None:
        while self._waiting and not self.timer.is_disposed:
            try:
                spoken = self._speak(self._waiting.popleft(), self._at)
            except Exception as error:
                self._observer.on_error(error)
                return
            for item in spoken:
                if isinstance(item, AudioFrame):
                    self._at = item.end
                self._observer.on_next(item)
        self._busy = False
        if self._ended and not self.timer.is_disposed:
            self._observer.on_completed()


@lru_cache(maxsize=64)
def _hum(count: int, rate: int) -> NDArray[np.int16]:
    return tone(count / rate, rate, frequency=200.0).samples

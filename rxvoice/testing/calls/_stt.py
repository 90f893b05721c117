"""A recogniser that knows what it is going to hear."""

from collections.abc import Mapping

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped, Transcript, Word
from rxvoice.testing.calls._vad import is_loud


class ScriptedSTT:
    """A recogniser (`rxvoice.contracts.Transcriber`) that understands one text after another.

    It wants speech marks, as `rxvoice.operators.vad_gate` gives them. From `SpeechStarted` on, an
    interim transcript comes with each further word, and ``latency`` after `SpeechStopped` the final
    one, finalised, with a time for each word: they share the speech evenly. Where there is audio
    and it is silent, nothing is understood, and the text is kept for the next time. When the source
    completes, what is not told yet is told at once.

    In a `conversation` the texts are in the user's diagram; this is for pipes of one's own.

    Args:
        texts: In order; after the last one, and for an empty one, nothing is understood.
        word: Seconds of speech after which the next word is understood.
        latency: Seconds from the end of speech to the final transcript.
        faults: What it fails with when an utterance begins, by its number, counted from 1 over all
            subscriptions.

    Attributes:
        heard: How many utterances began, silent ones included.
        told: How many texts were understood.
        open: How many streams it listens to.
    """

    def __init__(
        self,
        *texts: str,
        word: float = 0.3,
        latency: float = 0.2,
        faults: Mapping[int, Exception] | None = None,
    ) -> None:
        if not word > 0.0:
            raise ValueError(f"word must be positive, got {word}")
        if not latency >= 0.0:
            raise ValueError(f"latency must not be negative, got {latency}")
        self.heard: int = 0
        self.open: int = 0
        self.told: int = 0
        self.texts: tuple[str, ...] = texts
        self.word: float = word
        self.delay: float = latency
        self.faults: Mapping[int, Exception] = dict(faults or {})

    def __call__(self, source: Observable[Heard], /) -> Observable[Recognised]:
        """Recognise; the texts go on where the last subscription ended."""

        def subscribe(
            observer: abc.ObserverBase[Recognised],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            listening = _Listening(self, observer, loop_scheduler(scheduler))
            self.open += 1

            def end() -> None:
                self.open -= 1

            subscription = source.subscribe(
                listening.on_next, observer.on_error, listening.on_completed, scheduler=scheduler
            )
            return CompositeDisposable(subscription, listening.timers, Disposable(end))

        return Observable(subscribe)


class _Listening:
    """One subscription."""

    def __init__(
        self,
        script: ScriptedSTT,
        observer: abc.ObserverBase[Recognised],
        clock: LoopScheduler,
    ) -> None:
        self.timers = CompositeDisposable()
        self._script = script
        self._observer = observer
        self._clock = clock
        self._text: str | None = None
        self._began = self._end = 0.0
        self._told = 0
        self._sounds: bool | None = None
        self._due: dict[object, Transcript] = {}
        self._ended = False

    def on_next(self, item: Heard) -> None:
        match item:
            case SpeechStarted():
                self._start(item.speech_pts)
            case SpeechStopped() if self._text is not None:
                self._stop(item.speech_pts)
            case AudioFrame() if self._text is not None:
                self._end = max(self._end, item.end)
                self._sounds = self._sounds or is_loud(item.samples)
                if self._sounds:
                    self._tell_interim()
            case _:
                pass

    def on_completed(self) -> None:
        """Say what is left, and end."""
        self._ended = True
        self.timers.clear()
        for transcript in self._due.values():
            self._observer.on_next(transcript)
        if self._text is not None:
            self._observer.on_next(self._final(self._end))
        self._observer.on_completed()

    def _start(self, at: float) -> None:
        script = self._script
        script.heard += 1
        error = script.faults.get(script.heard)
        if error is not None:
            self._observer.on_error(error)
            return
        known = script.told < len(script.texts)
        self._text = script.texts[script.told].strip() if known else ""
        self._began = self._end = at
        self._told = 0
        self._sounds = None

    def _stop(self, at: float) -> None:
        final = self._final(at)
        key = object()
        self._due[key] = final

        def tell() -> None:
            del self._due[key]
            self._observer.on_next(final)

        self.timers.add(self._clock.call_later(self._script.delay, tell))

    def _tell_interim(self) -> None:
        words = (self._text or "").split()
        count = min(int((self._end - self._began + 1e-9) / self._script.word), len(words) - 1)
        while self._told < count and not self._ended:
            self._told += 1
            text = " ".join(words[: self._told])
            self._observer.on_next(Transcript(text, False, pts=self._began, end=self._end))

    def _final(self, end: float) -> Transcript:
        text = "" if self._sounds is False else self._text or ""
        self._script.told += self._sounds is not False
        self._text = None
        return Transcript(
            text, True, True, words=spread(text, self._began, end), pts=self._began, end=end
        )


def spread(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Give the words of a text even shares of the time in which it was said."""
    words = text.split()
    each = (end - start) / max(1, len(words))
    return tuple(
        Word(word, start + index * each, start + (index + 1) * each)
        for index, word in enumerate(words)
    )

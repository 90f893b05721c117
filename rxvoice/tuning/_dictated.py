"""A recogniser that reads the labels."""

from collections import deque

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Heard, Transcriber
from rxvoice.items import SpeechStarted, SpeechStopped, Transcript
from rxvoice.tuning._labels import Labels

BEFORE = 0.5
"""Seconds before the detected start of speech in which words are still heard."""

AFTER = 0.2
"""Seconds after its detected end likewise."""


def dictated(labels: Labels, latency: float) -> Transcriber:
    """Return a transcriber that hears what is labelled, a while after the speech has stopped.

    Each `SpeechStopped` gives one transcript, final and finalised, with the words whose middle lies
    in the speech that has been detected; it is blank when nothing is labelled there.

    Args:
        labels: Of the recording.
        latency: Seconds from `SpeechStopped` to the transcript.
    """
    words = [word for turn in labels.turns for word in turn.words()]

    def transcribed(source: Observable[Heard]) -> Observable[Transcript]:
        def subscribe(
            observer: abc.ObserverBase[Transcript], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timers = CompositeDisposable()
            left = deque(words)
            pending: deque[Transcript] = deque()
            began = 0.0

            def hear(stopped: SpeechStopped) -> None:
                said: list[str] = []
                while left and (middle := (left[0].pts + left[0].end) / 2) <= (
                    stopped.speech_pts + AFTER
                ):
                    word = left.popleft()
                    if middle >= began - BEFORE:
                        said.append(word.text)
                text = " ".join(said)
                pending.append(Transcript(text, True, True, pts=began, end=stopped.pts))
                timers.add(clock.call_later(latency, lambda: observer.on_next(pending.popleft())))

            def on_next(item: Heard) -> None:
                nonlocal began
                if isinstance(item, SpeechStarted):
                    began = item.speech_pts
                elif isinstance(item, SpeechStopped):
                    hear(item)

            def on_completed() -> None:
                timers.dispose()
                while pending:
                    observer.on_next(pending.popleft())
                observer.on_completed()

            subscription = source.subscribe(
                on_next, observer.on_error, on_completed, scheduler=clock
            )
            return CompositeDisposable(subscription, timers)

        return Observable(subscribe)

    return transcribed


__all__ = ["dictated"]

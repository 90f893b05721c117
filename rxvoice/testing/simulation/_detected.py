"""Voice detection of calls without audio."""

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event, SpeechStarted, SpeechStopped


def detected(min_speech: float, min_silence: float) -> Operator[Event, Event]:
    """Declare speech when it has lasted for a while, and silence likewise, as `vad_gate` does.

    Everything else passes at once.

    Args:
        min_speech: Seconds of speech after which `SpeechStarted` passes.
        min_silence: Seconds of silence after which `SpeechStopped` passes.
    """

    def marked(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timer = SerialDisposable()
            declared = False
            changed = 0.0

            def declare(speech: bool, delay: float) -> None:
                nonlocal declared
                declared = speech
                timer.disposable = None
                mark = SpeechStarted if speech else SpeechStopped
                observer.on_next(mark(clock.now_seconds, delay))

            def on_next(item: Event) -> None:
                nonlocal changed
                if not isinstance(item, SpeechStarted | SpeechStopped):
                    observer.on_next(item)
                    return
                changed = clock.now_seconds
                speech = isinstance(item, SpeechStarted)
                delay = min_speech if speech else min_silence
                timer.disposable = (
                    None
                    if speech is declared
                    else clock.call_later(delay, lambda: declare(speech, delay))
                )

            def on_error(error: Exception) -> None:
                timer.dispose()
                observer.on_error(error)

            def on_completed() -> None:
                if declared:
                    pending = timer.disposable is not None
                    declare(False, clock.now_seconds - changed if pending else 0.0)
                timer.dispose()
                observer.on_completed()

            return CompositeDisposable(
                source.subscribe(on_next, on_error, on_completed, scheduler=clock), timer
            )

        return Observable(subscribe)

    return marked

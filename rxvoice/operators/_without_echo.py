"""The operator behind all that take the echo of the bot out of the user's audio."""

from __future__ import annotations

from collections.abc import Callable

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import AudioFrame, ClearAudio, Event
from rxvoice.operators._echo_gating import EchoGating, EchoRemover


def without_echo(
    feedback: Observable[Event],
    make: Callable[[int], EchoRemover],
    /,
    *,
    reach: float,
    always: bool = False,
) -> Operator[Event, Event]:
    """Return an operator that takes what is played out of the user's audio.

    Args:
        feedback: What is played, by its ``pts`` on the session's clock.
        make: Makes a remover for a sample rate.
        reach: Seconds from when something is played until its last echo.
        always: Whether audio goes through the remover while nothing is played, too.
    """

    def operator(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            gating = EchoGating(make, reach=reach, always=always)
            playing, hearing = SingleAssignmentDisposable(), SingleAssignmentDisposable()

            def on_played(item: Event) -> None:
                if isinstance(item, AudioFrame):
                    gating.speaker.play(item)
                elif isinstance(item, ClearAudio):
                    gating.speaker.clear(clock.now_seconds)

            def on_next(item: Event) -> None:
                if isinstance(item, AudioFrame):
                    try:
                        ready = gating.hear(item, clock.now_seconds)
                    except Exception as error:
                        observer.on_error(error)
                        return
                    for frame in ready:
                        observer.on_next(frame)
                else:
                    observer.on_next(item)

            def flush() -> None:
                for frame in gating.flush():
                    observer.on_next(frame)

            def on_error(error: Exception) -> None:
                flush()
                observer.on_error(error)

            def on_completed() -> None:
                flush()
                observer.on_completed()

            both = CompositeDisposable(playing, hearing, Disposable(gating.dispose))
            with begun(both):
                playing.disposable = feedback.subscribe(
                    on_played, observer.on_error, scheduler=clock
                )
                hearing.disposable = source.subscribe(
                    on_next, on_error, on_completed, scheduler=clock
                )
            return both

        return Stream(subscribe)

    return operator

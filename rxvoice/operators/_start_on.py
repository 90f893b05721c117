"""Start strategies that decide at single items."""

from __future__ import annotations

from collections.abc import Callable

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import StartTurn
from rxvoice.operators._without_audio import WithoutAudio


def start_on(counts: Callable[[TurnInput], bool], decision: StartTurn, /) -> StartStrategy:
    """Let a turn start at each item that counts; audio does not."""

    def started(source: Observable[TurnInput]) -> Observable[StartTurn]:
        def subscribe(
            observer: abc.ObserverBase[StartTurn], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def on_next(item: TurnInput) -> None:
                if counts(item):
                    observer.on_next(decision)

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return WithoutAudio(started)

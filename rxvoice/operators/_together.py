"""Conditions that are judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.contracts import Condition, TurnInput


def together(
    conditions: Sequence[Condition], hold: Callable[[Iterable[bool]], bool], /
) -> Condition:
    """Judge conditions together, once each of them has seen an item.

    Args:
        conditions: At least one.
        hold: Tells from theirs whether the whole holds.

    Raises:
        ValueError: When there are none.
    """
    if not conditions:
        raise ValueError("conditions must hold at least one condition")

    def judged(source: Observable[TurnInput]) -> Observable[bool]:
        def subscribe(
            observer: abc.ObserverBase[bool], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            heard: Fan[TurnInput] = Fan()
            latest: dict[int, bool] = {}
            told: bool | None = None
            settling = True

            def settle() -> None:
                nonlocal told
                if len(latest) < len(conditions):
                    return
                now = hold(latest.values())
                if now is not told:
                    told = now
                    observer.on_next(now)

            def changed(index: int, holds: bool) -> None:
                latest[index] = holds
                if not settling:
                    settle()

            def on_next(item: TurnInput) -> None:
                nonlocal settling
                settling = True
                heard.on_next(item)
                settling = False
                settle()

            def on_completed() -> None:
                heard.on_completed()
                observer.on_completed()

            own = CompositeDisposable()
            with begun(own):
                for index, condition in enumerate(conditions):
                    own.add(
                        condition(heard).subscribe(
                            lambda holds, index=index: changed(index, holds),
                            observer.on_error,
                            scheduler=scheduler,
                        )
                    )
                settling = False
                settle()
                own.add(
                    source.subscribe(on_next, observer.on_error, on_completed, scheduler=scheduler)
                )
            return own

        return Stream(subscribe)

    return judged

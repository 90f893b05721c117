"""Conditions that are judged at each item."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice.contracts import Condition, TurnInput

Judge: TypeAlias = Callable[[TurnInput], bool | None]


def between(starts: tuple[type, ...], stops: type, /) -> Condition:
    """Make a condition that holds from an item of the first kinds to one of the second.

    Args:
        starts: Classes of items after which it holds.
        stops: Class of the items after which it does not.
    """

    def judge(item: TurnInput) -> bool | None:
        if isinstance(item, starts):
            return True
        return False if isinstance(item, stops) else None

    return claim(lambda: judge)


def claim(begin: Callable[[], Judge], /) -> Condition:
    """Make a condition that does not hold at first.

    Args:
        begin: Called for each subscription. What it returns is called with each item and tells
            whether the condition holds from then on; `None` when the item says nothing about it.
    """

    def claimed(source: Observable[TurnInput]) -> Observable[bool]:
        def subscribe(
            observer: abc.ObserverBase[bool], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            judge = begin()
            holds = False

            def on_next(item: TurnInput) -> None:
                nonlocal holds
                now = judge(item)
                if now is not None and now is not holds:
                    holds = now
                    observer.on_next(now)

            observer.on_next(False)
            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return claimed

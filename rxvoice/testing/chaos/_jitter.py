"""`jitter`."""

import math
import random
from typing import TypeVar

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.clock import loop_scheduler
from rxvoice.contracts import Operator
from rxvoice.testing.chaos._only import Kind, check_only
from rxvoice.testing.chaos._transit import Transit

A = TypeVar("A")


def jitter(
    most: float, /, *, seed: int = 0, only: Kind = object, reorder: bool = False
) -> Operator[A, A]:
    """Let items come irregularly, as over a busy network.

    Each item is held for a random time of 0 to ``most`` seconds, in whole milliseconds, all equally
    likely.
    One that would overtake the item before it comes together with it instead, unless ``reorder``
    says that it may overtake; either way none comes more than ``most`` late. The end and the error
    come when the last item has. Items that are not of the types in ``only`` pass at once and may
    overtake. ``pts`` stay as they are. Unsubscribing forgets what is under way. There is one timer;
    time is the scheduler's.

    Each subscription draws the same times, one for each item that is held.

    Marbles (one column is 1 ms)::

        audio  a---------b---------c---------d---|
        jitter(0.015, seed=2)
        out    ---------------a---------(b c)-----d--|

    Args:
        most: The longest time in seconds.
        seed: Which times are drawn.
        only: Types of what is held; everything unless given.
        reorder: Whether items may overtake each other, as packets without numbers do.

    Returns:
        The operator.

    Raises:
        TypeError: When ``only`` is not made of types.
        ValueError: When ``most`` is negative or not finite.
    """
    check_only(only)
    if not (most >= 0.0 and math.isfinite(most)):
        raise ValueError(f"most must not be negative, got {most}")
    steps = math.floor(most * 1_000 + 1e-6)

    def jittered(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            network = Transit(observer, clock)
            draw = random.Random(seed).random
            last = -math.inf

            def on_next(item: A) -> None:
                nonlocal last
                if not isinstance(item, only):
                    observer.on_next(item)
                    return
                due = network.now + int(draw() * (steps + 1)) / 1_000
                last = due if reorder else max(last, due)
                network.send(item, last)

            subscription = source.subscribe(
                on_next, network.fail, network.complete, scheduler=clock
            )
            return CompositeDisposable(subscription, Disposable(network.dispose))

        return Observable(subscribe)

    return jittered


__all__ = ["jitter"]

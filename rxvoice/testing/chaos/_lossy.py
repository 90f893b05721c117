"""`lossy`."""

import random
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame
from rxvoice.testing.chaos._only import Kind, check_only

A = TypeVar("A")


def lossy(
    rate: float, /, *, burst: float | None = None, seed: int = 0, only: Kind = AudioFrame
) -> Operator[A, A]:
    """Lose items at random, as a bad network does.

    Items are lost singly, each by its own chance, or, with ``burst``, in runs of this mean length
    with the same share of items lost in all (Gilbert's model: a link is good or bad, and changes
    from one to the other by chance). What is lost leaves a gap: the ``pts`` of what comes after do
    not move up. Items that are not of the types in ``only`` pass, as do the end and the error. It
    takes no time.

    Each subscription draws anew from the same seed, once for each item of these types, so that
    the same items are lost.

    Marbles (one column is 20 ms)::

        audio  sssssssssssssssssssssss|
        lossy(0.4, burst=3.0, seed=1)
        out    -sssssss--sss--ssss---s|

    Args:
        rate: Share of items lost, 0 to 1.
        burst: Mean number of items lost in a row, at least 1 and at least ``rate / (1 - rate)``.
            Unless given, items are lost independently of each other, which makes it
            ``1 / (1 - rate)``.
        seed: Which items are lost.
        only: Types of what may be lost.

    Returns:
        The operator.

    Raises:
        TypeError: When ``only`` is not made of types.
        ValueError: When ``rate`` or ``burst`` is out of range.
    """
    check_only(only)
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must be in 0…1, got {rate}")
    if burst is not None:
        least = max(1.0, rate / (1.0 - rate)) if rate < 1.0 else 1.0
        if not burst >= least:
            raise ValueError(f"burst must be at least {least:g} at a rate of {rate}, got {burst}")
    recovers = 1.0 - rate if burst is None or rate == 1.0 else 1.0 / burst
    breaks = rate if burst is None or rate == 1.0 else recovers * rate / (1.0 - rate)

    def thinned(source: Observable[A]) -> Observable[A]:
        def subscribe(
            observer: abc.ObserverBase[A], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            draw = random.Random(seed).random
            is_bad: bool | None = None

            def on_next(item: A) -> None:
                nonlocal is_bad
                if isinstance(item, only):
                    chance = draw()
                    if is_bad is None:
                        is_bad = chance < rate
                    else:
                        is_bad = chance < (1.0 - recovers if is_bad else breaks)
                    if is_bad:
                        return
                observer.on_next(item)

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Observable(subscribe)

    return thinned


__all__ = ["lossy"]

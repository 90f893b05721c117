"""`tap`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from reactivex import Observable, abc

from rxvoice._stream import Stream
from rxvoice._types import Operator

T = TypeVar("T")
logger = logging.getLogger(__name__)


def tap(tell: Callable[[Any], object], /, *, kinds: Sequence[type] = ()) -> Operator[T, T]:
    """Call a function with the items that come by, whatever it does with them.

    It is called before the item goes on, on the loop and in order, so it should be quick: what
    takes its time is a sink of its own (see `rxvoice.aio.drain_into`). What it raises is logged,
    and neither the stream nor the item is any the worse for it; that is how it differs from RxPY's
    ``do_action``. At the head of a pipe it sees what goes in, at the tail all that came of it.

    Marbles (one column is 20 ms)::

        events  -S--T-w-w-|
        tap([].append, kinds=[Turn])
        out     -S--T-w-w-|

        S: TurnStarted(1)  T: Turn("Hello.", 1)  w: Word("Hi", 0.0, 0.1)

    Args:
        tell: Is given the item.
        kinds: Types of the items that it is called for; all when there are none.

    Returns:
        The operator.
    """
    wanted = tuple(kinds) or (object,)

    def tapped(source: Observable[T]) -> Observable[T]:
        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def on_next(item: T) -> None:
                if isinstance(item, wanted):
                    try:
                        tell(item)
                    except Exception as error:
                        logger.error("what a tap calls has failed", exc_info=error)
                observer.on_next(item)

            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Stream(subscribe)

    return tapped

"""`probe`."""

from __future__ import annotations

import itertools
from typing import TypeVar

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._probing import Probing, Sign, probing

T = TypeVar("T")
_order = itertools.count()


def probe(name: str, /, *, to: Probing | None = None) -> Operator[T, T]:
    """Show a stream in pictures of the session, as a lane of its own.

    Everything passes unchanged and at once. Who records (see `rxvoice.viz.Probes` and
    `rxvoice.viz.live`) is told of each subscription, item, completion, error and unsubscription,
    with the time on the session's clock. Several subscriptions are segments of the same lane: a
    reply inside ``switch_map`` is one for each turn. When nobody records while the stream is being
    subscribed, the source is subscribed directly, and items cost nothing.

    Marbles (one column is 20 ms)::

        words  -a-b---c-|
        probe("words")
        out    -a-b---c-|

    Args:
        name: Of the lane. Probes of the same name share it.
        to: Who records; by default who watches the session, and who watches the context.

    Returns:
        The operator.

    Raises:
        ValueError: When the name is empty.
    """
    if not name.strip():
        raise ValueError("name must not be empty")
    order = next(_order)

    def probed(source: Observable[T]) -> Observable[T]:
        def subscribe(
            observer: abc.ObserverBase[T], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            probes = probing(scheduler) if to is None else [to]
            if not probes:
                return source.subscribe(observer, scheduler=scheduler)
            tellers = [each.lane(name, order, scheduler) for each in probes]
            ended = False

            def tell(sign: Sign, item: object) -> None:
                for teller in tellers:
                    teller(sign, item)

            def on_next(item: T) -> None:
                tell("next", item)
                observer.on_next(item)

            def on_error(error: Exception) -> None:
                nonlocal ended
                ended = True
                tell("#", error)
                observer.on_error(error)

            def on_completed() -> None:
                nonlocal ended
                ended = True
                tell("|", None)
                observer.on_completed()

            def leave() -> None:
                if not ended:
                    tell("!", None)

            tell("^", None)
            inner = source.subscribe(on_next, on_error, on_completed, scheduler=scheduler)
            return CompositeDisposable(Disposable(leave), inner)

        return Stream(subscribe)

    return probed

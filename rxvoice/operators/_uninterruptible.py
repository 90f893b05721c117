"""`uninterruptible`."""

from __future__ import annotations

import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.items import Event, Uninterruptible


def uninterruptible() -> Operator[Event, Event]:
    """Mark a reply, or a part of one, as something that nothing may interrupt.

    Put it behind `pace`, so that the marks come when the audio is heard. What is said meanwhile
    waits, see `interruptible`. It ends as its source does; a part that fails is no longer marked.

    Marbles (one column is 20 ms)::

        reply  -v-w-|
        uninterruptible()
        out    (b)v-w-(e |)

        v: Word("This", 0.0)  w: Word("call", 0.3)
        b: Uninterruptible(True)  e: Uninterruptible(False)

    Returns:
        The operator.
    """

    def marked(source: Observable[Event]) -> Observable[Event]:
        end: Observable[Event] = rx.of(Uninterruptible(False))
        return source.pipe(
            ops.catch(lambda error, _: rx.concat(end, rx.throw(error))),
            lambda whole: rx.concat(whole, end),
            ops.start_with(Uninterruptible(True)),
        )

    return marked

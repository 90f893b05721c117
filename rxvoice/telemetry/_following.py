"""What the sinks that tell of spans have in common."""

import asyncio
from collections.abc import Callable

from reactivex import Observable

from rxvoice.session import Session

from ._span import SpanEvent
from ._trace import Trace


def follow(
    stream: Observable[object],
    session: Session,
    trace: Trace,
    tell: Callable[[SpanEvent], None],
    ended: Callable[[], None] | None = None,
) -> "asyncio.Future[None]":
    """Tell of the spans of a stream, until it ends, fails or is given up.

    Args:
        stream: The events of a call.
        session: Of the call; its clock gives the times.
        trace: Makes the spans.
        tell: Called with what is new. What it raises ends this, not the call.
        ended: Called when all is told.

    Returns:
        Done when the stream has ended; cancelling it ends all spans as cancelled.
    """
    clock = session.scheduler
    done: asyncio.Future[None] = clock.loop.create_future()
    over = False

    def tell_all(events: list[SpanEvent]) -> None:
        for event in events:
            tell(event)

    def finish(error: str = "", *, cancelled: bool = False) -> None:
        nonlocal over
        if not over:
            over = True
            tell_all(trace.end(clock.now_seconds, error=error, cancelled=cancelled))
            if ended is not None:
                ended()

    def on_next(item: object) -> None:
        tell_all(trace.take(item, clock.now_seconds))

    def on_error(error: Exception) -> None:
        finish(type(error).__qualname__)
        if not done.done():
            done.set_exception(error)

    def on_completed() -> None:
        finish()
        if not done.done():
            done.set_result(None)

    try:
        tell_all(trace.begin(clock.now_seconds))
    except Exception as error:
        done.set_exception(error)
        return done
    subscription = session.subscribe(stream, on_next, on_error, on_completed)

    def stop(_: "asyncio.Future[None]") -> None:
        subscription.dispose()
        finish(cancelled=True)

    done.add_done_callback(stop)
    return done


__all__ = ["follow"]

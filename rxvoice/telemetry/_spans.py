"""`spans`."""

from collections.abc import Mapping

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event

from ._span import Attribute, SpanEvent
from ._trace import Trace
from ._tracing import Tracing


def spans(
    tracing: Tracing | None = None, *, attributes: Mapping[str, Attribute] | None = None
) -> Operator[Event, SpanEvent]:
    """Turn the events of a call into spans: the conversation, its turns, and who worked for them.

    The conversation lasts as long as the subscription. In it is each turn, from when the user
    began to speak to the end of the reply, or until the turn was dropped; in a turn are the
    recogniser, each response of the model, each call of a tool, and the voice. A tool in the
    background may outlive its turn. When the stream ends or fails, so does all that is open; an
    unsubscribed stream tells nothing more.

    It belongs at the end of the pipe, behind `rxvoice.operators.measure_response`.

    Args:
        tracing: What is told.
        attributes: Of the conversation.

    Returns:
        The operator. Times are the session's.
    """

    def traced(source: Observable[Event]) -> Observable[SpanEvent]:
        def subscribe(
            observer: abc.ObserverBase[SpanEvent], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            trace = Trace(tracing, attributes)

            def tell(events: list[SpanEvent]) -> None:
                for event in events:
                    observer.on_next(event)

            def on_next(item: Event) -> None:
                if trace.knows(item):
                    tell(trace.take(item, clock.now_seconds))

            def on_error(error: Exception) -> None:
                tell(trace.end(clock.now_seconds, error=type(error).__qualname__))
                observer.on_error(error)

            def on_completed() -> None:
                tell(trace.end(clock.now_seconds))
                observer.on_completed()

            tell(trace.begin(clock.now_seconds))
            return source.subscribe(on_next, on_error, on_completed, scheduler=clock)

        return Observable(subscribe)

    return traced


__all__ = ["spans"]

"""`measure_processing`."""

from collections.abc import Mapping

from reactivex import Observable, abc

from rxvoice._types import Operator
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event, Metric

from ._span import SpanEnded, SpanEvent, SpanStarted
from ._trace import Trace
from ._tracing import Service, Tracing


def measure_processing(*, services: Mapping[str, Service] | None = None) -> Operator[Event, Event]:
    """Tell how long recogniser, model, voice and tools worked, from the beginning to the end.

    A `Metric` ``processing`` follows what ends it. The times are those of the spans, see `spans`:
    the recogniser's from the beginning of the speech to its last transcript, the model's for each
    response, a tool's for each call, with its name as the source, and the voice's from the first
    request of a reply to the end of that. A request that is cut off has worked as long as it did.

    All items pass, in order. It belongs where `spans` does.

    Args:
        services: As for `to_otel`.

    Returns:
        The operator.
    """
    tracing = Tracing(dict(services or {}))

    def measured(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            trace = Trace(tracing)
            open_spans: dict[int, tuple[str, float]] = {}

            def tell(events: list[SpanEvent]) -> None:
                for event in events:
                    if isinstance(event, SpanStarted):
                        if event.kind not in ("conversation", "turn"):
                            tool = str(event.attributes.get("gen_ai.tool.name", ""))
                            open_spans[event.span] = tool or event.kind, event.at
                    elif isinstance(event, SpanEnded) and event.span in open_spans:
                        name, began = open_spans.pop(event.span)
                        observer.on_next(Metric(name, "processing", event.at - began))

            def on_next(item: Event) -> None:
                told = trace.take(item, clock.now_seconds) if trace.knows(item) else []
                observer.on_next(item)
                if told:
                    tell(told)

            trace.begin(clock.now_seconds)
            return source.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=clock
            )

        return Observable(subscribe)

    return measured


__all__ = ["measure_processing"]

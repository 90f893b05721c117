"""Calls whose spans are looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import reactivex as rx
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable

from rxvoice.clock import loop_scheduler
from rxvoice.items import Event, Stamped
from rxvoice.telemetry import SpanEnded, SpanEvent, SpanMarked, SpanStarted, Trace, Tracing


def at(seconds: float, *items: Event) -> list[Stamped]:
    """Return items that come by at the same time."""
    return [Stamped(seconds, item) for item in items]


@dataclass
class Shown:
    """A span as a whole."""

    kind: str
    name: str
    start: float
    parent: str
    attributes: dict[str, Any]
    end: float | None = None
    error: str = ""
    marks: list[SpanMarked] = field(default_factory=list[SpanMarked])

    @property
    def times(self) -> tuple[float, float]:
        assert self.end is not None, f"{self.kind} has not ended"
        return round(self.start, 6), round(self.end, 6)


def shown(events: Sequence[SpanEvent]) -> list[Shown]:
    """Return the spans, in the order in which they were told."""
    spans: dict[int, Shown] = {}
    for event in events:
        match event:
            case SpanStarted():
                assert event.span not in spans, "a number is used once"
                parent = "" if event.parent is None else spans[event.parent].kind
                assert (
                    event.parent is None
                    or spans[event.parent].end is None
                    or (event.kind == "tool")
                )
                told = dict(event.attributes)
                spans[event.span] = Shown(event.kind, event.name, event.at, parent, told)
            case SpanMarked():
                assert spans[event.span].end is None
                spans[event.span].marks.append(event)
            case SpanEnded():
                span = spans[event.span]
                assert span.end is None, "a span ends once"
                assert event.at >= span.start
                span.end, span.error = event.at, event.error
                span.attributes |= event.attributes
    return list(spans.values())


def fold(
    events: Sequence[Stamped],
    tracing: Tracing | None = None,
    *,
    until: float | None = None,
    **ending: Any,
) -> list[Shown]:
    """Return the spans of a call."""
    trace = Trace(tracing)
    told = trace.begin(0.0)
    for event in events:
        told += trace.take(event.item, event.at)
    last = events[-1].at if events else 0.0
    return shown(told + trace.end(last if until is None else until, **ending))


def only(spans: Sequence[Shown], kind: str) -> list[Shown]:
    return [span for span in spans if span.kind == kind]


def play(
    events: Sequence[Stamped], duration: float, error: Exception | None = None
) -> Observable[Event]:
    """Return a stream that emits the events of a call at their times."""

    def subscribe(
        observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        clock = loop_scheduler(scheduler)
        began = clock.now_seconds
        own = CompositeDisposable()
        for event in events:
            own.add(clock.call_at(began + event.at, partial(observer.on_next, event.item)))
        end = observer.on_completed if error is None else partial(observer.on_error, error)
        own.add(clock.call_at(began + duration, end))
        return own

    return rx.create(subscribe)


def provider() -> tuple[TracerProvider, InMemorySpanExporter]:
    """Return where OpenTelemetry's spans go, and what they can be read from."""
    exporter = InMemorySpanExporter()
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    return tracers, exporter


def kind_of(span: ReadableSpan) -> str:
    return str(attributes(span)["rxvoice.span.kind"])


def attributes(span: ReadableSpan) -> Mapping[str, Any]:
    return span.attributes or {}


def seconds(span: ReadableSpan, began: int) -> tuple[float, float]:
    assert span.start_time is not None
    assert span.end_time is not None
    return round((span.start_time - began) / 1e9, 6), round((span.end_time - began) / 1e9, 6)


def identity(span: ReadableSpan) -> tuple[int, int]:
    """Return the numbers of the trace and of the span."""
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


def parent_of(span: ReadableSpan, spans: Sequence[ReadableSpan]) -> ReadableSpan | None:
    if span.parent is None:
        return None
    return next(one for one in spans if identity(one)[1] == span.parent.span_id)

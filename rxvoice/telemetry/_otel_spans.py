"""Spans as OpenTelemetry's; imported only where that is installed."""

from importlib.metadata import version
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider

from ._span import SpanEnded, SpanEvent, SpanMarked, SpanStarted

_ASKED: Final = frozenset({"stt", "llm", "tts"})


class OtelSpans:
    """Starts and ends the spans of one call.

    Args:
        provider: Where they go; the global one if None.
        parent: What the conversation is a part of.
        began: When the session's clock showed 0, in nanoseconds since 1970.
    """

    def __init__(self, provider: TracerProvider | None, parent: Context | None, began: int) -> None:
        self._tracer = trace.get_tracer("rxvoice", version("rxvoice"), provider)
        self._root = Context() if parent is None else parent
        self._began = began
        self._spans: dict[int, Span] = {}
        self._contexts: dict[int, Context] = {}

    def take(self, event: SpanEvent) -> None:
        """Take what is new."""
        at = self._began + round(event.at * 1e9)
        match event:
            case SpanStarted(parent=parent):
                context = self._root if parent is None else self._contexts[parent]
                span = self._tracer.start_span(
                    event.name,
                    context,
                    SpanKind.CLIENT if event.kind in _ASKED else SpanKind.INTERNAL,
                    {"rxvoice.span.kind": event.kind, **event.attributes},
                    start_time=at,
                )
                self._spans[event.span] = span
                self._contexts[event.span] = trace.set_span_in_context(span, self._root)
            case SpanMarked():
                self._spans[event.span].add_event(event.name, event.attributes, at)
            case SpanEnded():
                span = self._spans.pop(event.span)
                del self._contexts[event.span]
                span.set_attributes(event.attributes)
                if event.error:
                    span.set_status(Status(StatusCode.ERROR, event.error))
                span.end(at)


__all__ = ["OtelSpans"]

"""What a call tells about itself: measurements, spans, logs, and where they go.

Everything here watches. Operators pass what they are given on, and sinks are subscribed beside the
others, so that one that fails does not disturb the call.
"""

from ._span import Attribute, SpanEnded, SpanEvent, SpanKind, SpanMarked, SpanStarted
from ._spans import spans
from ._to_otel import to_otel
from ._trace import Trace
from ._tracing import Role, Service, Tracing
from ._watch_loop import watch_loop
from ._watch_queues import watch_queues

__all__ = [
    "Attribute",
    "Role",
    "Service",
    "SpanEnded",
    "SpanEvent",
    "SpanKind",
    "SpanMarked",
    "SpanStarted",
    "Trace",
    "Tracing",
    "spans",
    "to_otel",
    "watch_loop",
    "watch_queues",
]

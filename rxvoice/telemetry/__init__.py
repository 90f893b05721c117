"""What a call tells about itself: measurements, spans, logs, and where they go.

Everything here watches. Operators pass what they are given on, and sinks are subscribed beside the
others, so that one that fails does not disturb the call.
"""

from ._dashboard import Dashboard
from ._exposition import Exposition
from ._heartbeat import Beat, heartbeat
from ._log_events import Topic, log_events
from ._measure_processing import measure_processing
from ._measurements import Collector, Measurement, collect, measurements
from ._meter import Meter
from ._prometheus import Prometheus
from ._quiet_libraries import quiet_libraries
from ._span import Attribute, SpanEnded, SpanEvent, SpanKind, SpanMarked, SpanStarted
from ._span_sink import SpanSink
from ._spans import spans
from ._startup import Startup
from ._time_to_first import processing_time, time_to_first
from ._to_otel import to_otel
from ._to_sentry import to_sentry
from ._trace import Trace
from ._tracing import Role, Service, Tracing
from ._watch_loop import watch_loop
from ._watch_queues import watch_queues

__all__ = [
    "Attribute",
    "Beat",
    "Collector",
    "Dashboard",
    "Exposition",
    "Measurement",
    "Meter",
    "Prometheus",
    "Role",
    "Service",
    "SpanEnded",
    "SpanEvent",
    "SpanKind",
    "SpanMarked",
    "SpanSink",
    "SpanStarted",
    "Startup",
    "Topic",
    "Trace",
    "Tracing",
    "collect",
    "heartbeat",
    "log_events",
    "measure_processing",
    "measurements",
    "processing_time",
    "quiet_libraries",
    "spans",
    "time_to_first",
    "to_otel",
    "to_sentry",
    "watch_loop",
    "watch_queues",
]

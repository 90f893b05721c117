"""`to_otel`."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rxvoice.clock import LoopScheduler

from ._conventions import conversation_id
from ._span import Attribute
from ._span_sink import Export, SpanSink
from ._trace import Trace
from ._tracing import Service, Tracing

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import TracerProvider


def to_otel(
    tracer_provider: "TracerProvider | None" = None,
    *,
    session_id: str = "",
    attributes: Mapping[str, Attribute] | None = None,
    services: Mapping[str, Service] | None = None,
    content: bool = False,
    instruction: str | Callable[[], str] | None = None,
    parent: "Context | None" = None,
    epoch: Callable[[], int] = time.time_ns,
) -> SpanSink:
    """Export the spans of a call to OpenTelemetry.

    They are those of `spans`. Each is started and ended with explicit times and an explicit
    parent; what is current in the context of whoever runs the call, or another call, plays no
    part. Nothing is made current either. Names of attributes are OpenTelemetry's for generative
    models (``gen_ai.…``) where there are some, else they begin with ``rxvoice.``.

    Nobody's words leave the process unless ``content`` says so.

    Args:
        tracer_provider: Where spans go; the global one unless given.
        session_id: Told as ``gen_ai.conversation.id``; the session's name unless given, and the id
            of a server's call. A session that has no name of its own has no id either.
        attributes: More for the conversation, such as a customer's number.
        services: Provider and model by the source of metrics, see `Service`.
        content: Whether texts, arguments and results are exported.
        instruction: The model's instruction, or returns it; exported only if given.
        parent: What the conversation is a part of; of nothing unless given.
        epoch: The time of day in nanoseconds; read once, when the call begins.

    Returns:
        The sink; its ``watch`` gives an operator. It is done when the stream has ended and all
        spans have. Exporting is the provider's own business; shut that down when the process ends.

    Raises:
        ImportError: When OpenTelemetry is not installed.
    """
    try:
        import opentelemetry.trace  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise ImportError("to_otel needs OpenTelemetry: pip install 'rxvoice[otel]'") from error
    from ._otel_spans import OtelSpans

    tracing = Tracing(dict(services or {}), content, instruction)
    given = dict(attributes or {})

    def export(clock: LoopScheduler) -> Export:
        began = epoch() - round(clock.now_seconds * 1e9)
        told = {**conversation_id(session_id, clock.scope.name), **given}
        return Export(Trace(tracing, told), OtelSpans(tracer_provider, parent, began).take)

    return SpanSink("to_otel", export)


__all__ = ["to_otel"]

"""`to_sentry`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rxvoice.clock import LoopScheduler

from ._conventions import conversation_id
from ._span import Attribute
from ._span_sink import Export, SpanSink
from ._trace import Trace
from ._tracing import Service, Tracing

if TYPE_CHECKING:
    from sentry_sdk.client import BaseClient


def to_sentry(
    client: "BaseClient | None" = None,
    *,
    session_id: str = "",
    attributes: Mapping[str, Attribute] | None = None,
    services: Mapping[str, Service] | None = None,
    flush: float = 2.0,
    today: Callable[[], datetime] | None = None,
) -> SpanSink:
    """Tell Sentry of a call: its faults, and how long everything took.

    Each turn is a transaction, with the spans of `spans` in it and with measurements ``latency``,
    and ``ttfb`` and ``processing`` of ``stt``, ``llm``, ``tts`` and ``tool``; the conversation is
    one, too, and they share a trace. Whether a call's transactions are sent follows the client's
    ``traces_sampler``, which is asked once for a transaction ``conversation``, or else its
    ``traces_sample_rate``; without either, only faults are. A `rxvoice.Fault` is an event with its
    message and the type of the exception, but without stack and variables, which may hold what
    somebody said.

    Args:
        client: Of Sentry's SDK; the one of ``sentry_sdk.init`` unless given.
        session_id: Told as ``gen_ai.conversation.id``; the session's name unless given, and the id
            of a server's call. A session that has no name of its own has no id either.
        attributes: More for the conversation.
        services: Provider and model by the source of metrics, see `Service`.
        flush: Seconds that the client has, at the end, to send what waits.
        today: The time of day; read once, when the call begins.

    Returns:
        The sink; its ``watch`` gives an operator. It is done when the stream has ended and the
        client has been flushed.

    Raises:
        ImportError: When Sentry's SDK is not installed.
    """
    try:
        import sentry_sdk
    except ImportError as error:
        raise ImportError("to_sentry needs Sentry: pip install 'rxvoice[sentry]'") from error
    from ._sentry_spans import SentrySpans, now

    tracing = Tracing(dict(services or {}))
    given = dict(attributes or {})
    day = today or now

    def export(clock: LoopScheduler) -> Export:
        chosen = sentry_sdk.get_client() if client is None else client
        told = {**conversation_id(session_id, clock.scope.name), **given}
        sentry = SentrySpans(chosen, day() - timedelta(seconds=clock.now_seconds))
        return Export(Trace(tracing, told), sentry.take, lambda: chosen.flush(timeout=flush))

    return SpanSink("to_sentry", export)


__all__ = ["to_sentry"]

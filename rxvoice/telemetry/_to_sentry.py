"""`to_sentry`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.aio._drain import start
from rxvoice.session import Session, Sink

from ._following import follow
from ._span import Attribute
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
    clock: Callable[[], datetime] | None = None,
) -> Sink[object]:
    """Tell Sentry of a call: its faults, and how long everything took.

    Each turn is a transaction, with the spans of `spans` in it and with measurements ``latency``,
    and ``ttfb`` and ``processing`` of ``stt``, ``llm``, ``tts`` and ``tool``; the conversation is
    one, too, and they share a trace. Whether a call's transactions are sent follows the client's
    ``traces_sample_rate``; without one, only faults are. A `rxvoice.Fault` is an event with its
    message and the type of the exception, but without stack and variables, which may hold what
    somebody said.

    Args:
        client: Of Sentry's SDK; the one of ``sentry_sdk.init`` unless given.
        session_id: Told as ``gen_ai.conversation.id``; the session's name unless given.
        attributes: More for the conversation.
        services: Provider and model by the source of metrics, see `Service`.
        flush: Seconds that the client has, at the end, to send what waits.
        clock: The time of day; read once, when the call begins.

    Returns:
        The sink. It is done when the stream has ended and the client has been flushed.

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
    day = clock or now

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        chosen = sentry_sdk.get_client() if client is None else client
        began = day() - timedelta(seconds=session.now)
        told = {"gen_ai.conversation.id": session_id or session.name, **given}
        sentry = SentrySpans(chosen, began)
        following = follow(stream, session, Trace(tracing, told), sentry.take)

        async def flushed() -> None:
            try:
                await following
            finally:
                await in_thread(lambda: chosen.flush(timeout=flush), name="to_sentry")

        done: asyncio.Future[None] = start(session.scope, flushed, name="to_sentry")
        done.add_done_callback(lambda _: following.cancel())
        return done

    return sink


__all__ = ["to_sentry"]

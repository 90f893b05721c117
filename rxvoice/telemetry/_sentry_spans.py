"""Spans as transactions of Sentry; imported only where that is installed."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sentry_sdk.client import BaseClient
from sentry_sdk.types import Event

from ._conventions import FIRST
from ._span import CONVERSATION, Attribute, SpanEnded, SpanEvent, SpanMarked, SpanStarted

_WHOLE: Final = "conversation"
_TRANSACTIONS: Final = (_WHOLE, "turn")


class SentrySpans:
    """Sends the spans of one call: a transaction for each turn, and one for the conversation.

    They are sent as they are, without what Sentry holds to be current: calls do not mix.

    Args:
        client: Where they go.
        began: When the session's clock showed 0.
    """

    def __init__(self, client: BaseClient, began: datetime) -> None:
        self._client = client
        self._began = began
        self._trace = uuid.uuid4().hex
        self._ids: dict[int, str] = {}
        self._open: dict[int, dict[str, Any]] = {}
        self._roots: dict[int, int] = {}
        self._waiting: dict[int, _Transaction] = {}
        self._is_sampled = _is_sampled(client, self._trace)

    def take(self, event: SpanEvent) -> None:
        """Take what is new."""
        match event:
            case SpanStarted():
                self._start(event)
            case SpanMarked():
                self._fault(event)
            case SpanEnded():
                self._end(event)

    def _start(self, event: SpanStarted) -> None:
        self._ids[event.span] = uuid.uuid4().hex[:16]
        is_root = event.kind in _TRANSACTIONS
        parent = event.parent if event.parent is not None else CONVERSATION
        self._roots[event.span] = event.span if is_root else self._roots[parent]
        self._open[event.span] = {
            "trace_id": self._trace,
            "span_id": self._ids[event.span],
            "parent_span_id": None if event.parent is None else self._ids[event.parent],
            "op": f"voice.{event.kind}",
            "description": event.name,
            "start_timestamp": self._at(event.at),
            "data": dict(event.attributes),
            "origin": "manual",
        }
        if is_root:
            self._waiting[event.span] = _Transaction(event.kind)
        self._waiting[self._roots[event.span]].open.add(event.span)

    def _end(self, event: SpanEnded) -> None:
        span = self._open.pop(event.span)
        span["timestamp"] = self._at(event.at)
        span["data"] |= event.attributes
        span["status"] = "internal_error" if event.error else "ok"
        root = self._roots.pop(event.span)
        transaction = self._waiting[root]
        transaction.open.discard(event.span)
        if event.span == root:
            transaction.root = span
        else:
            transaction.spans.append(span)
            transaction.measure(span)
            del self._ids[event.span]
        if transaction.root is not None and not transaction.open:
            del self._waiting[root]
            del self._ids[root]
            if self._is_sampled:
                self._send(transaction.event())

    def _fault(self, event: SpanMarked) -> None:
        told: Mapping[str, Attribute] = event.attributes
        source, message = told.get("rxvoice.source", ""), told.get("exception.message", "")
        is_fatal = bool(told.get("rxvoice.fatal"))
        trace = {"trace_id": self._trace, "span_id": self._ids[event.span]}
        self._send(
            {
                "level": "fatal" if is_fatal else "error",
                "logger": "rxvoice",
                "message": f"{source}: {message}",
                "timestamp": self._at(event.at),
                "tags": {"source": source, "exception": told.get("exception.type", "")},
                "contexts": {"trace": trace},
            }
        )

    def _send(self, event: dict[str, Any]) -> None:
        self._client.capture_event(cast("Event", event))

    def _at(self, seconds: float) -> datetime:
        return self._began + timedelta(seconds=seconds)


class _Transaction:
    """A turn, or the conversation, until all that is in it has ended."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.open: set[int] = set()
        self.root: dict[str, Any] | None = None
        self.spans: list[dict[str, Any]] = []
        self.measured: dict[str, float] = {}

    def measure(self, span: dict[str, Any]) -> None:
        """Add a span's times; those of the first of a kind count."""
        kind = str(span["op"]).partition(".")[2]
        took = (span["timestamp"] - span["start_timestamp"]).total_seconds()
        self.measured.setdefault(f"{kind}.processing", took)
        if FIRST in span["data"]:
            self.measured.setdefault(f"{kind}.ttfb", float(span["data"][FIRST]))

    def event(self) -> dict[str, Any]:
        """Return what Sentry is sent."""
        root = dict(self.root or {})
        if "rxvoice.latency" in root["data"]:
            self.measured["latency"] = float(root["data"]["rxvoice.latency"])
        trace = {
            key: root[key]
            for key in ("trace_id", "span_id", "parent_span_id", "op", "status", "data")
        }
        return {
            "type": "transaction",
            "transaction": self.kind,
            "transaction_info": {"source": "custom"},
            "start_timestamp": root["start_timestamp"],
            "timestamp": root["timestamp"],
            "contexts": {"trace": trace},
            "spans": self.spans,
            "measurements": {
                name: {"value": value, "unit": "second"} for name, value in self.measured.items()
            },
        }


def _is_sampled(client: BaseClient, trace: str) -> bool:
    """Return whether a call is told of; all of it, or nothing but its faults."""
    rate: object = client.options.get("traces_sample_rate")
    sampler: Any = client.options.get("traces_sampler")
    if callable(sampler):
        context = {"name": _WHOLE, "op": f"voice.{_WHOLE}"}
        rate = sampler({"transaction_context": context, "parent_sampled": None})
    return isinstance(rate, int | float) and int(trace[:8], 16) / 2**32 < rate


def now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


__all__ = ["SentrySpans", "now"]

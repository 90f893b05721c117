"""What a server measures."""

import asyncio
import math
from typing import NoReturn

from rxvoice.telemetry._call_families import CallFamilies, family
from rxvoice.telemetry._exposition import Exposition, expose
from rxvoice.telemetry._families import Count

from ._session_metrics import SessionFamilies, SessionMetrics


class ServerMetrics:
    """Counts and measures, for one server.

    Labels have a bounded number of values, so that nobody fills the memory by inventing some.
    """

    def __init__(self) -> None:
        self._sessions = SessionFamilies()
        self._refused = family("sessions_refused", "Sessions refused.", Count, ["reason"])
        self._calls = CallFamilies()

    def session(self, transport: str, now: float) -> SessionMetrics:
        """Count a session, and return what it tells of itself.

        Args:
            transport: Such as ``"websocket"``.
            now: Seconds on a clock that does not go back.
        """
        return SessionMetrics(self._sessions, transport, now)

    def refused(self, reason: str) -> None:
        """Count a session that was refused.

        Args:
            reason: One of few words, such as `ExcessKind`, `RefusalKind` and `TokenErrorKind`.
        """
        self._refused.at(reason).add()

    def lag(self, seconds: float) -> None:
        """Tell how late the event loop was."""
        self._calls.lag(seconds)

    def observe(self, event: object) -> None:
        """Tell what happened in a session.

        Turns, replies, `rxvoice.Fault` and `rxvoice.Usage` are counted, `rxvoice.ResponseLatency`
        and those of `rxvoice.Metric` that are seconds are measured, all else is left out.
        """
        self._calls.observe(event)

    def expose(self, accept: str = "") -> Exposition:
        """Return everything, as a collector wants it.

        Args:
            accept: The header of its request.
        """
        return expose((*self._sessions.all(), self._refused, *self._calls.all()), accept)


async def watch_lag(metrics: ServerMetrics, every: float = 0.25) -> NoReturn:
    """Measure how late the event loop is, without end.

    Args:
        metrics: Is told.
        every: Seconds between two measurements.

    Raises:
        ValueError: When ``every`` is not positive.
    """
    if not 0.0 < every < math.inf:
        raise ValueError(f"every must be positive and finite, got {every}")
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        metrics.lag(max(0.0, loop.time() - due))


__all__ = ["ServerMetrics", "watch_lag"]

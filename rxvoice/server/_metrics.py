"""What a server measures."""

from rxvoice.aio import Queues
from rxvoice.telemetry._call_families import CallFamilies, family
from rxvoice.telemetry._exposition import Exposition, expose
from rxvoice.telemetry._families import Count

from ._session_metrics import Row, SessionFamilies, SessionMetrics


class ServerMetrics:
    """Counts and measures, for one server.

    Labels have a bounded number of values, so that nobody fills the memory by inventing some.
    """

    def __init__(self) -> None:
        self._sessions = SessionFamilies()
        self._refused = family("sessions_refused", "Sessions refused.", Count, ["reason"])
        self._calls = CallFamilies()

    def session(self, transport: str, now: float, queues: Queues | None = None) -> SessionMetrics:
        """Count a session, and return what it tells of itself.

        Args:
            transport: Such as ``"websocket"``.
            now: Seconds on a clock that does not go back.
            queues: What waits at its borders.
        """
        return SessionMetrics(self._sessions, transport, now, queues)

    def rows(self, now: float) -> list[Row]:
        """Return what is known of each session that goes on, the oldest first.

        Args:
            now: Seconds on the clock of their beginnings.
        """
        return [session.row(now) for session in self._sessions.open]

    def refused(self, reason: str) -> None:
        """Count a session that was refused.

        Args:
            reason: One of few words, such as `ExcessKind`, `RefusalKind` and `TokenErrorKind`.
        """
        self._refused.at(reason).add()

    def lag(self, seconds: float) -> None:
        """Tell how late the event loop was."""
        self._calls.lag(seconds)

    def blocked(self, source: str, seconds: float) -> None:
        """Tell who kept the event loop, and for how long."""
        self._calls.blocked(source, seconds)

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


__all__ = ["ServerMetrics"]

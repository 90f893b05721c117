"""What is measured of single sessions."""

from functools import partial
from typing import Final, TypedDict

from rxvoice.aio import Queues
from rxvoice.items import Metric
from rxvoice.telemetry import Meter
from rxvoice.telemetry._call_families import family
from rxvoice.telemetry._families import Count, Distribution, Family, Level, Series, is_amount

_LENGTHS: Final = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0)


class Row(TypedDict):
    """A session that goes on, for who looks at them one by one; seconds, and counts."""

    transport: str
    seconds: float
    turns: int
    interrupted: int
    faults: int
    latency: float | None


class SessionFamilies:
    """What sessions are counted in.

    Attributes:
        open: The sessions there are, the oldest first.
        active: By transport.
        started: The same.
        failed: The same.
        lasted: The same.
        messages: By transport and direction.
        size: The same.
        dropped: By transport.
        queued: By border.
        lost: The same.
    """

    def __init__(self) -> None:
        self.open: dict[SessionMetrics, None] = {}
        by, way = ["transport"], ["transport", "direction"]
        lengths = partial(Distribution, _LENGTHS)
        self.active: Family[Level] = family("sessions_active", "Sessions there are.", Level, by)
        self.started: Family[Count] = family("sessions_started", "Sessions begun.", Count, by)
        self.failed: Family[Count] = family(
            "sessions_failed", "Sessions that an error ended.", Count, by
        )
        self.lasted: Family[Distribution] = family(
            "session_duration", "How long sessions lasted.", lengths, by, unit="seconds"
        )
        self.messages: Family[Count] = family(
            "messages", "Messages from and to clients.", Count, way
        )
        self.size: Family[Count] = family(
            "message", "Bytes of messages from and to clients.", Count, way, unit="bytes"
        )
        self.dropped: Family[Count] = family(
            "audio_dropped", "Audio of users that came too late.", Count, by, unit="seconds"
        )
        at = ["queue"]
        self.queued: Family[Level] = family(
            "queue_length", "Items that wait at a border.", Level, at
        )
        self.lost: Family[Count] = family("queue_dropped", "Items lost at a border.", Count, at)

    def all(self) -> tuple[Family[Series], ...]:
        """Return all of them, as they are now."""
        self.queued.clear()
        for session in self.open:
            session.look()
        return (
            self.active,
            self.started,
            self.failed,
            self.lasted,
            self.messages,
            self.size,
            self.dropped,
            self.queued,
            self.lost,
        )


class SessionMetrics:
    """Counts one session, from its beginning to its end.

    Args:
        families: What it is counted in.
        transport: Such as ``"websocket"``.
        now: Seconds on a clock that does not go back.
        queues: What waits at its borders.
    """

    def __init__(
        self, families: SessionFamilies, transport: str, now: float, queues: Queues | None = None
    ) -> None:
        self._families = families
        self._transport = transport
        self._queues = Queues() if queues is None else queues
        self._lost: dict[str, int] = {}
        self._meter = Meter()
        self._active = families.active.at(transport)
        self._failed = families.failed.at(transport)
        self._lasted = families.lasted.at(transport)
        self._in = [each.at(transport, "in") for each in (families.messages, families.size)]
        self._out = [each.at(transport, "out") for each in (families.messages, families.size)]
        self._dropped = families.dropped.at(transport)
        self._began = now
        families.open[self] = None
        families.started.at(transport).add()
        self._active.add(1.0)

    def received(self, size: int) -> None:
        """Count a message from the client.

        Args:
            size: Its bytes.
        """
        messages, sizes = self._in
        messages.value += 1.0
        sizes.value += size

    def sent(self, size: int) -> None:
        """Count a message to the client.

        Args:
            size: Its bytes.
        """
        messages, sizes = self._out
        messages.value += 1.0
        sizes.value += size

    def observe(self, item: object, at: float) -> None:
        """Count what happened in it.

        Args:
            item: What.
            at: When, in seconds of the session.
        """
        self._meter.take(item, at)
        if isinstance(item, Metric) and item.name == "late" and is_amount(item.value):
            self._dropped.add(item.value)

    def look(self) -> None:
        """Tell what waits at its borders now, and what was lost since this was asked before."""
        for state in self._queues.states():
            if state.capacity:
                self._families.queued.at(state.name).add(state.waiting)
            lost = state.dropped - self._lost.get(state.name, 0)
            self._lost[state.name] = state.dropped
            self._families.lost.at(state.name).add(lost)

    def row(self, now: float) -> Row:
        """Return what is known of it.

        Args:
            now: Seconds on the clock of its beginning.
        """
        meter = self._meter
        return {
            "transport": self._transport,
            "seconds": round(now - self._began, 3),
            "turns": meter.turns,
            "interrupted": meter.interruptions,
            "faults": meter.faults,
            "latency": round(meter.latencies[-1], 3) if meter.latencies else None,
        }

    def ended(self, now: float, *, failed: bool = False) -> None:
        """Count its end; idempotent.

        Args:
            now: Seconds on the clock of its beginning.
            failed: Whether an error ended it.
        """
        if self not in self._families.open:
            return
        self.look()
        del self._families.open[self]
        self._active.add(-1.0)
        self._lasted.add(now - self._began)
        if failed:
            self._failed.add()


__all__ = ["Row", "SessionFamilies", "SessionMetrics"]

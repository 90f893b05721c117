"""What is measured of single sessions."""

from functools import partial
from typing import Final

from rxvoice.telemetry._call_families import family
from rxvoice.telemetry._families import Count, Distribution, Family, Level, Series

_LENGTHS: Final = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0)


class SessionFamilies:
    """What sessions are counted in.

    Attributes:
        active: By transport.
        started: The same.
        failed: The same.
        lasted: The same.
        messages: By transport and direction.
        size: The same.
        dropped: By transport.
    """

    def __init__(self) -> None:
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
            "audio_dropped", "Audio that was thrown away.", Count, by, unit="seconds"
        )

    def all(self) -> tuple[Family[Series], ...]:
        """Return all of them."""
        return (
            self.active,
            self.started,
            self.failed,
            self.lasted,
            self.messages,
            self.size,
            self.dropped,
        )


class SessionMetrics:
    """Counts one session, from its beginning to its end.

    Args:
        families: What it is counted in.
        transport: Such as ``"websocket"``.
        now: Seconds on a clock that does not go back.
    """

    __slots__ = ("_active", "_began", "_dropped", "_failed", "_in", "_lasted", "_open", "_out")

    def __init__(self, families: SessionFamilies, transport: str, now: float) -> None:
        self._active = families.active.at(transport)
        self._failed = families.failed.at(transport)
        self._lasted = families.lasted.at(transport)
        self._in = [each.at(transport, "in") for each in (families.messages, families.size)]
        self._out = [each.at(transport, "out") for each in (families.messages, families.size)]
        self._dropped = families.dropped.at(transport)
        self._began = now
        self._open = True
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

    def dropped(self, seconds: float) -> None:
        """Count audio that was thrown away, because it came too late or there was too much.

        Args:
            seconds: Its duration.
        """
        self._dropped.add(seconds)

    def ended(self, now: float, *, failed: bool = False) -> None:
        """Count its end; idempotent.

        Args:
            now: Seconds on the clock of its beginning.
            failed: Whether an error ended it.
        """
        if not self._open:
            return
        self._open = False
        self._active.add(-1.0)
        self._lasted.add(now - self._began)
        if failed:
            self._failed.add()


__all__ = ["SessionFamilies", "SessionMetrics"]

"""Where the packets of a line belong in time."""

from typing import Final

FORGIVEN: Final = 256
"""Packets that may be missing in a row, or come late, before their numbers are not believed."""

LONGEST: Final = 600.0
"""Seconds of a pause at most, so that no message can make a listener fill hours with silence."""

_REWIND: Final = 10.0
"""Seconds by which stamps may be behind before they are taken to have begun anew."""


class Timeline:
    """Gives the packets of one call their times, counted in samples from the first one.

    Numbers tell exactly what is lost and what comes late. Stamps tell pauses, in which a vendor
    sends nothing and counts on; they may be early or late by ``slack``. A pause counts for ten
    minutes at most.

    Args:
        rate: Samples a second.
        slack: Seconds by which a stamp may be ahead before it means a pause; None for half a
            packet, where stamps tell the time of the first sample and not that of sending.
    """

    def __init__(self, rate: int, *, slack: float | None = None) -> None:
        self._rate = rate
        self._slack = slack
        self._next = 0
        self._number: int | None = None
        self._origin: float | None = None
        self._missing: dict[int, int] = {}

    def place(
        self, count: int, *, number: int | None = None, stamp: float | None = None
    ) -> float | None:
        """Return the time of a packet's first sample.

        Args:
            count: How many samples it has.
            number: The vendor's number of it, which goes up by one.
            stamp: The vendor's time of it, in seconds from anywhere.

        Returns:
            Seconds; None when this packet has come before.
        """
        if number is not None and self._number is not None:
            step = number - self._number
            if -FORGIVEN < step <= 0:
                late = self._missing.pop(number, None)
                return None if late is None else late / self._rate
            if 1 < step <= FORGIVEN and (step - 1) * count <= LONGEST * self._rate:
                self._lose(step - 1, count)
        if number is not None:
            self._number = number
        if stamp is not None:
            self._follow(stamp, count)
        start = self._next
        self._next += count
        return start / self._rate

    def skip(self, seconds: float) -> None:
        """Let time pass without audio."""
        self._next += round(min(max(seconds, 0.0), LONGEST) * self._rate)

    def _lose(self, lost: int, count: int) -> None:
        assert self._number is not None
        for index in range(lost):
            self._missing[self._number + 1 + index] = self._next
            self._next += count
        while len(self._missing) > FORGIVEN:
            del self._missing[next(iter(self._missing))]

    def _follow(self, stamp: float, count: int) -> None:
        due = self._next / self._rate
        if self._origin is None:
            self._origin = stamp - due
            return
        ahead = stamp - self._origin - due
        slack = 0.5 * count / self._rate if self._slack is None else self._slack
        if ahead > slack:
            self.skip(ahead)
        if ahead > LONGEST or ahead < -_REWIND:
            self._origin = stamp - self._next / self._rate


__all__ = ["FORGIVEN", "LONGEST", "Timeline"]

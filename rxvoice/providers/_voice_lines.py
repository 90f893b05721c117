"""The websockets to one voice on one loop."""

import asyncio
from typing import Final

from rxvoice.providers._voice import VoiceDialect
from rxvoice.providers._voice_line import VoiceLine

SPARE: Final = 4
"""Websockets that are kept though no reply is on them."""


class VoiceLines:
    """Websockets that are kept for the next reply; more of them where replies overlap.

    Args:
        connect_timeout: Seconds until one stands.

    Attributes:
        lines: Those that there are.
        closed: Whether they were closed; others are to be used then.
    """

    def __init__(self, connect_timeout: float) -> None:
        self.lines: list[VoiceLine] = []
        self.closed: bool = False
        self._connect_timeout = connect_timeout
        self._closing: set[asyncio.Task[None]] = set()

    def take(self, dialect: VoiceDialect) -> VoiceLine:
        """Return one that has room: one that is open and free, if there is, else a new one."""
        return self._next(dialect, room=True)

    def near(self, dialect: VoiceDialect) -> VoiceLine:
        """Return the one that the next reply will have if those that are spoken end before it."""
        return self._next(dialect, room=False)

    def _next(self, dialect: VoiceDialect, *, room: bool) -> VoiceLine:
        fitting = [one for one in self.lines if one.dialect.shares(dialect) and not one.spent]
        fitting.sort(key=lambda line: (line.room < 1, not line.is_open, line.seats))
        if fitting and (fitting[0].room > 0 or not room):
            return fitting[0]
        line = VoiceLine(dialect, self._connect_timeout)
        self.lines.append(line)
        return line

    def tidy(self) -> None:
        """Close what is too many."""
        idle = [line for line in self.lines if not line.seats]
        for line in idle[:-SPARE]:
            self.lines.remove(line)
            task = asyncio.create_task(line.aclose(), name=f"{line.dialect.provider}: close")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Close all of them."""
        self.closed = True
        lines, self.lines = self.lines, []
        closing = [asyncio.ensure_future(line.aclose()) for line in lines]
        if closing or self._closing:
            await asyncio.wait([*closing, *self._closing])


__all__ = ["SPARE", "VoiceLines"]

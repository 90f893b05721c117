"""What comes on one connection to a recogniser, as items."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace

from rxvoice.errors import ProviderError
from rxvoice.items import (
    Fault,
    Transcript,
    Translation,
    Usage,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.providers._ear import (
    EarEvent,
    EarItem,
    EarReader,
    Ended,
    Finalized,
    Held,
    HoldsRest,
    Ready,
    Settled,
)
from rxvoice.providers._ear_link import Link
from rxvoice.providers._ear_requests import Request
from rxvoice.providers._ear_tape import Tape
from rxvoice.providers._ear_times import timed
from rxvoice.providers._websocket import Received

logger = logging.getLogger(__name__)


class Hearing:
    """Gives items for what a server says, and settles what was sent to it.

    Args:
        provider: For faults.
        tape: What is sent.

    Attributes:
        pending: Start of an interim transcript that waits for its final one; None without.
        unready: Whether the server has to say that it takes audio, and has not yet.
        useful: Whether anything was recognised on this connection.
    """

    def __init__(self, provider: str, tape: Tape) -> None:
        self.pending: float | None = None
        self.unready: bool = False
        self.useful: bool = False
        self._provider = provider
        self._tape = tape
        self._floor = 0.0
        self._used = 0.0
        self._garbled = False
        self._faults: set[str] = set()

    def begin(self, *, waits: bool) -> None:
        """Begin with another connection."""
        self.pending, self.unready, self.useful = None, waits, False
        self._used, self._garbled = 0.0, False

    def read(self, reader: EarReader, message: Received) -> Iterator[EarEvent]:
        """Return what a message means; one that cannot be read means a fault."""
        try:
            if isinstance(message, str) and message.lstrip()[:1] in ("{", "["):
                raise ValueError("it is no JSON object")
            yield from reader.read(message)
        except ProviderError:
            raise
        except Exception as error:  # whatever a server says, it ends nothing
            yield from self._unread(error)

    def take(self, link: Link, event: EarEvent) -> Iterator[EarItem]:
        """Return what comes of an event."""
        try:
            yield from self._taken(link, event)
        except Exception as error:  # numbers that are none, for instance
            yield from self._unread(error)

    def _unread(self, error: Exception) -> Iterator[Fault]:
        """Tell of a message that cannot be read, once a connection."""
        logger.debug("%s: a message could not be read", self._provider, exc_info=error)
        if not self._garbled:
            self._garbled = True
            told = f"a message of the server could not be read: {type(error).__name__}"
            yield Fault(self._provider, told, cause=error)

    def _taken(self, link: Link, event: EarEvent) -> Iterator[EarItem]:
        match event:
            case Transcript():
                yield from self._heard(link, event)
            case Ready():
                self.unready = False
                link.ready()
            case Finalized():
                yield from self._finalized(link)
            case Settled():
                self._tape.memory.settle(link.timeline.end_at(event.position))
            case Held():
                self._tape.memory.held = link.timeline.end_at(event.position)
            case Ended():
                pass
            case UserStarted() | UserStopping() | UserResumed() | UserStopped():
                item = replace(event, pts=link.timeline.end_at(event.pts))
                link.turn = not isinstance(event, UserStopped)
                yield item
            case Translation():
                yield timed(event, link, self._floor)
            case Fault():
                yield from self._told(event)
            case _:
                yield event

    def _told(self, fault: Fault) -> Iterator[Fault]:
        """Tell a fault once, until something is recognised again."""
        if fault.message in self._faults:
            logger.debug("%s: the same fault again", self._provider)
        else:
            self._faults.add(fault.message)
            yield fault

    def _heard(self, link: Link, told: Transcript) -> Iterator[EarItem]:
        transcript = timed(told, link, self._floor)
        self.pending = transcript.pts if transcript.text and not transcript.is_final else None
        self.useful = True
        if transcript.text:
            self._faults.clear()
        if transcript.is_final:
            if not link.speaking:
                link.settled()
            self._floor = max(self._floor, transcript.end)
            if told.end:
                self._tape.memory.settle_before(transcript.pts)
            if told.end or not (told.is_finalized and self._tape.memory.asks):
                self._tape.memory.settle(transcript.end)
        if transcript.is_finalized and self._tape.memory.asks:
            late = bool(told.end) and link.asked.is_late(transcript.end)
            last = self._is_last(link, late=late)
            transcript = replace(transcript, is_finalized=last and not link.speaking)
        yield transcript
        if told.is_finalized:
            yield from self.usage(link)

    def _is_last(self, link: Link, *, late: bool) -> bool:
        """Take an answer, and return whether nothing else is awaited of what was said by now."""
        if late:
            if link.asked.late():
                self._tape.memory.settle_stop()
            return not link.asked
        request = link.asked.take()
        self._tape.memory.settle_stop()
        return request is None or not request.stale

    def _finalized(self, link: Link) -> Iterator[EarItem]:
        self.useful = True
        request = link.asked.take()
        self._tape.memory.settle_stop()
        if request is not None:
            self.pending = self.pending if request.stale else None
            yield self._blank(request)
            self._floor = max(self._floor, request.end)
            yield from self.usage(link)

    def overdue(self, link: Link) -> Iterator[EarItem]:
        """Give blanks for what the server was asked for and does not answer.

        The audio is not settled by that: if the connection turns out to be dead, it is sent again.
        """
        for request in link.asked.overdue(asyncio.get_running_loop().time()):
            self.pending = self.pending if request.stale else None
            yield self._blank(request)

    def _blank(self, request: Request) -> Transcript:
        end = request.end
        pts = min(max(self._floor, request.speech or 0.0), end)
        return Transcript("", is_final=True, is_finalized=not request.stale, pts=pts, end=end)

    def rest(self, link: Link, reader: EarReader | None) -> Iterator[EarItem]:
        if isinstance(reader, HoldsRest):
            for event in reader.rest():
                yield from self.take(link, event)
        while (request := link.asked.take()) is not None:
            yield self._blank(request)
        yield from self.usage(link)

    def usage(self, link: Link) -> Iterator[EarItem]:
        seconds = link.timeline.seconds - self._used
        self._used = link.timeline.seconds
        if seconds > 0.0:
            yield Usage(self._provider, audio=seconds)


__all__ = ["Hearing"]

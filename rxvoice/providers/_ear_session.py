"""One call's recogniser: its connections, one after the other."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.items import (
    Fault,
    Metric,
)
from rxvoice.providers._ear import (
    EarDialect,
    EarItem,
    Ended,
)
from rxvoice.providers._ear_hearing import Hearing
from rxvoice.providers._ear_link import Link
from rxvoice.providers._ear_losses import Losses, Reconnect
from rxvoice.providers._ear_tape import Tape
from rxvoice.providers._websocket import Closed, Received, Wire, dial

_GOOD: tuple[int, ...] = (1000, 1001, 1005)


class EarSession:
    """Gives what a recogniser tells about what it is sent, over as many connections as it takes.

    Args:
        dialect: How it is spoken to.
        tape: What it is sent.
        connect_timeout: Seconds until a connection stands.
        reconnect: How connections are opened again.
    """

    def __init__(
        self, dialect: EarDialect, tape: Tape, connect_timeout: float, reconnect: Reconnect
    ) -> None:
        self._dialect = dialect
        self._tape = tape
        self._connect_timeout = connect_timeout
        self._losses = Losses(dialect.provider, reconnect)
        self._link: Link | None = None
        self._new: EarDialect | None = None
        self._told: deque[EarItem] = deque()
        self._hearing = Hearing(dialect.provider, tape)

    def change(self, options: Mapping[str, Any]) -> None:
        """Go by other options: at once where the vendor can, else when the turn is over."""
        current = self._new or self._dialect
        try:
            own = {ours: theirs for theirs, ours in self._dialect.names.items()}
            given = {own.get(name, name): value for name, value in dict(options).items()}
            new = cast("EarDialect", replace(cast("Any", current), **given))
            if new.rate != self._dialect.rate:
                raise ValueError("the sample rate cannot change")
            frames = None if self._new is not None else self._dialect.change(new)
        except (TypeError, ValueError) as error:
            message = f"the options cannot be changed: {error}"
            self._told.append(Fault(self._dialect.provider, message, cause=error))
        else:
            if frames is None:
                self._new = new
            else:
                self._dialect = new
                self._tape.tell(frames)
        if self._link is not None:
            self._link.leaving = self._new is not None
            self._link.hurry()

    async def run(self) -> AsyncGenerator[EarItem]:
        """Give items until the source has ended and all of it is recognised.

        Raises:
            ProviderError: When the server cannot be reached any more, or refuses.
        """
        while True:
            for item in self._waiting():
                yield item
            began = asyncio.get_running_loop().time()
            error: ProviderError | None = None
            pause = 0.0
            try:
                wire = await self._dial()
            except ProviderError as failed:
                error, pause = failed, self._losses.failed(failed)
            else:
                taken = wire.began - began
                self._told.append(Metric(self._dialect.provider, "connect_time", taken))
                again: _Again | None = None
                try:
                    async with aclosing(self._listen(wire)) as items:
                        async for item in items:
                            if isinstance(item, _Again):
                                again = item
                            else:
                                yield item
                    if again is None:
                        return
                    if again.ended:
                        pause = self._losses.ended(again.age, useful=self._hearing.useful)
                except _NotReady as failed:
                    error, pause = failed, self._losses.failed(failed)
                except ProviderError as lost:
                    error, pause = lost, self._losses.lost(lost, wire.age, proven=wire.proven)
                self._tape.rewind(self._hearing.pending)
            if error is not None and not self._losses.told:
                self._losses.told = True
                message = f"{error}; the connection is opened again"
                yield Fault(self._dialect.provider, message, cause=error)
            await self._wait(pause)
            if self._tape.over and not self._tape.owed:
                return

    async def _wait(self, pause: float) -> None:
        """Wait before another connection, unless nobody needs one any more."""
        loop = asyncio.get_running_loop()
        until = loop.time() + pause
        if not self._tape.over:
            await self._tape.ended(pause)
        if self._tape.error is not None:
            raise self._tape.error
        if self._tape.owed and loop.time() < until:
            await asyncio.sleep(until - loop.time())

    async def _dial(self) -> Wire:
        if self._new is not None:
            self._dialect, self._new = self._new, None
        provider = self._dialect.provider
        try:
            opening = await self._dialect.open()
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            message = f"the options are of no use ({type(error).__name__})"
            raise ProviderError(message, provider=provider, retryable=False) from error
        try:
            return await dial(provider, opening, patience=self._connect_timeout)
        except ProviderError as error:
            meaning = self._dialect.refused(error)
            if meaning is error:
                raise
            raise meaning from error

    async def _listen(self, wire: Wire) -> "AsyncGenerator[EarItem | _Again]":
        """Give what comes on one connection, until it is not needed any more."""
        link = self._link = Link(self._dialect, wire, self._tape)
        reader = self._dialect.reader()
        hearing, polite = self._hearing, False
        hearing.begin(waits=self._dialect.waits)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._connect_timeout
        reminder = loop.call_at(deadline, link.hurry) if hearing.unready else None
        try:
            while True:
                for item in self._waiting():
                    yield item
                message = await self._next(link)
                if message is None and hearing.unready and loop.time() >= deadline - 1e-6:
                    late = f"the server was not ready within {self._connect_timeout:g} s"
                    raise _NotReady(late, provider=self._dialect.provider)
                if message is not None:
                    for event in hearing.read(reader, message):
                        if isinstance(event, Ended):
                            again = not self._tape.over or self._tape.owed
                            for item in hearing.rest(link, None if again else reader):
                                yield item
                            if again:
                                yield _Again(wire.age, ended=True)
                            return
                        for item in hearing.take(link, event):
                            yield item
                for item in hearing.overdue(link):
                    yield item
                if link.finished:
                    polite = True
                    break
                if self._new is not None and link.is_idle and hearing.pending is None:
                    polite = True
                    self._tape.memory.settle_silence()
                    yield _Again(wire.age)
                    break
            for item in hearing.rest(link, reader):
                yield item
        except Closed as closed:
            meaning = self._meaning(closed, link)
            if isinstance(meaning, ProviderError):
                self._told.extend(hearing.usage(link))
                raise meaning from closed
            for item in hearing.rest(link, None if meaning else reader):
                yield item
            if meaning is not None:
                yield _Again(wire.age, ended=True)
        finally:
            if reminder is not None:
                reminder.cancel()
            self._link = None
            await link.aclose(polite=polite)

    async def _next(self, link: Link) -> Received | None:
        message = await link.next()
        if self._tape.error is not None:
            raise self._tape.error
        return message

    def _meaning(self, closed: Closed, link: Link) -> ProviderError | Ended | None:
        """Return what it means that the server closed the connection; None: all is well."""
        if closed.code in _GOOD and link.over:
            return None
        own = self._dialect.closed(closed.code, closed.reason)
        if own is None and closed.code == 1000 and not self._tape.owed:
            return None
        provider = self._dialect.provider
        told = f"{closed}: {closed.reason}" if closed.reason else str(closed)
        return own or ProviderRejected(told, provider=provider, status=closed.code)

    def _waiting(self) -> Iterator[EarItem]:
        """Give what is to be told besides."""
        with contextlib.suppress(IndexError):
            while True:
                yield self._told.popleft()
        if self._tape.dropped:
            seconds, self._tape.dropped = self._tape.dropped, 0.0
            message = (
                f"{seconds:.1f} s of audio were lost, for there was no connection for too long"
            )
            yield Fault(self._dialect.provider, message)


class _NotReady(ProviderTimeout):
    """There is a connection, and nobody behind it who takes audio."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Another connection is wanted, without anything having gone wrong.

    Attributes:
        age: How long this one has lasted.
        ended: Whether it was the server's wish.
    """

    age: float
    ended: bool = False


__all__ = ["EarSession"]

"""All calls of a process."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from reactivex import operators as ops

from rxvoice.errors import CapacityError
from rxvoice.rtvi import Client, ClientLane
from rxvoice.transports import Transport

from ._admission import Admission, Place
from ._call_session import CallSession
from ._conversation import AgentFactory, conversation, make_agent
from ._guarded import GuardedChannel
from ._limits import Excess
from ._lines import Lines
from ._metrics import ServerMetrics
from ._options import Options
from ._starts import Start

logger = logging.getLogger(__name__)

KEPT: Final = 1000
"""Starts that may wait for their clients; the oldest is forgotten for one more."""

_ENDING: Final = 10.0
"""Seconds that calls may take to end."""


class Refused(CapacityError):
    """A limit was met.

    Attributes:
        excess: Which.
    """

    def __init__(self, excess: Excess) -> None:
        super().__init__(excess.message)
        self.excess: Excess = excess


@dataclass(frozen=True, slots=True)
class Started:
    """A call that ``POST /start`` has announced.

    Attributes:
        session_id: Its id.
        body: What was given along.
    """

    session_id: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)


class Server:
    """Runs the agent on each far end that comes, each in a session of its own.

    Args:
        agent: Makes the agent of a call.
        options: How it serves.
        now: Tells the date, in seconds since 1970: tokens expire by it.

    Attributes:
        options: As given.
        now: As given.
        sessions: The calls there are, by their ids.
        lines: The telephone vendors.
        metrics: What is measured.
        observers: Are told everything that happens in calls: for metrics and recordings.
    """

    def __init__(
        self,
        agent: AgentFactory,
        options: Options | None = None,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.options: Options = Options() if options is None else options
        self.now: Callable[[], float] = now
        self.sessions: dict[str, CallSession] = {}
        self.metrics: ServerMetrics = ServerMetrics()
        self.lines: Lines = Lines(self.options.lines)
        self.observers: list[Callable[[CallSession, object], None]] = []
        self._agent = agent
        self._announced: dict[str, Started] = {}
        self._admission = Admission(self.options.limits)
        self._calls: set[asyncio.Future[str]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def draining(self) -> bool:
        """Whether no call is taken any more."""
        return self._admission.draining

    @property
    def room(self) -> int:
        """How many more calls can be taken."""
        return 0 if self.draining else self.options.limits.max_sessions - self._admission.active

    def announce(self, body: Mapping[str, Any], *, session_id: str | None = None) -> Started:
        """Give an id to a call whose client will come.

        Args:
            body: What its agent is to be told.
            session_id: The id; a new one unless given.
        """
        started = Started(session_id or str(uuid.uuid4()), dict(body))
        while len(self._announced) >= KEPT:
            self._announced.pop(next(iter(self._announced)))
        self._announced[started.session_id] = started
        return started

    def announced(self, session_id: str) -> Started | None:
        """Return a call that was announced, also while it goes on; None for an unknown id."""
        return self._announced.get(session_id)

    @contextmanager
    def admitted(self) -> Generator[None]:
        """Take one more call while the context lasts, and while `serve` holds it.

        Raises:
            Refused: When there are enough.
        """
        place = self._admission.enter()
        if isinstance(place, Excess):
            raise Refused(place)
        self._quiet.clear()
        try:
            yield
        finally:
            self._leave(place)

    def _leave(self, place: Place) -> None:
        place.leave()
        if not self._admission.active and not self._calls:
            self._quiet.set()

    def lane(self) -> ClientLane:
        """Return a lane for one more client of the protocol."""
        options = self.options
        return ClientLane(Client(reports=options.reports), settings=options.client)

    async def serve(
        self,
        transport: Transport,
        start: Start,
        *,
        client: ClientLane | None = None,
        channel: GuardedChannel | None = None,
        prepare: Callable[[CallSession], object] | None = None,
        finish: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        """Hold one call, which was admitted, to its end.

        Args:
            transport: The far end.
            start: How it came about.
            client: The lane of the client protocol, where the far end speaks it.
            channel: What is counted of the transport.
            prepare: Is given the session before the agent is made.
            finish: Is called, with what this returns, when the call is over; it is waited for.

        Returns:
            An empty text; or what is to be told the far end when the call has failed. The error
            itself is logged.
        """
        # The web server cancels a request whose client is gone. A call then ends by itself, in good
        # order, and must not be cut off on its way.
        call = asyncio.ensure_future(
            self._finished(transport, start, client, channel, prepare, finish)
        )
        self._calls.add(call)
        call.add_done_callback(self._ended)
        return await asyncio.shield(call)

    def launch(
        self,
        transport: Transport,
        start: Start,
        *,
        client: ClientLane | None = None,
        prepare: Callable[[CallSession], object] | None = None,
        finish: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """Hold one call beside the request that began it.

        Args:
            transport: As for `serve`; so are the others.
            start: The same.
            client: The same.
            prepare: The same.
            finish: The same.

        Raises:
            Refused: When there are enough calls.
        """
        place = self._admission.enter()
        if isinstance(place, Excess):
            raise Refused(place)
        self._quiet.clear()
        call = asyncio.ensure_future(
            self._finished(transport, start, client, None, prepare, finish)
        )
        self._calls.add(call)
        call.add_done_callback(lambda _: place.leave())
        call.add_done_callback(self._ended)

    def beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Do something beside a request; `stop` waits for it.

        Args:
            work: What; an error is logged.
            name: Told in logs.
        """

        async def done() -> str:
            try:
                await work
            except Exception:
                logger.exception("%s failed", name)
            return ""

        task = asyncio.ensure_future(done())
        self._calls.add(task)
        self._quiet.clear()
        task.add_done_callback(self._ended)

    def _ended(self, call: "asyncio.Future[str]") -> None:
        self._calls.discard(call)
        if not self._admission.active and not self._calls:
            self._quiet.set()

    async def _finished(
        self,
        transport: Transport,
        start: Start,
        client: ClientLane | None,
        channel: GuardedChannel | None,
        prepare: Callable[[CallSession], object] | None,
        finish: Callable[[str], Awaitable[None]] | None,
    ) -> str:
        failure = await self._hold(transport, start, client, channel, prepare)
        if finish is not None:
            await finish(failure)
        return failure

    async def _hold(
        self,
        transport: Transport,
        start: Start,
        client: ClientLane | None,
        channel: GuardedChannel | None,
        prepare: Callable[[CallSession], object] | None,
    ) -> str:
        session = CallSession(start, client=client)
        self.sessions[session.id] = session
        clock = session.scheduler.loop.time
        measured = self.metrics.session(start.kind, clock())
        if channel is not None:
            channel.counted = measured
        logger.info("a call begins", extra={"session": session.id, "kind": start.kind})
        failed = True
        try:
            async with session:
                if prepare is not None:
                    prepare(session)
                agent = await make_agent(self._agent, session)
                stream = conversation(session, transport, agent)
                watched = stream.pipe(ops.do_action(lambda item: self._observe(session, item)))
                await session.run(watched, transport.outgoing)
            failed = False
        except Exception:
            logger.exception("a call failed", extra={"session": session.id})
            return "the agent failed"
        finally:
            measured.ended(clock(), failed=failed)
            if self.sessions.get(session.id) is session:
                del self.sessions[session.id]
            self._announced.pop(session.id, None)
            logger.info("a call has ended", extra={"session": session.id})
        return ""

    async def drain(self) -> None:
        """Take no more calls, let those there are go on for a while, then end them."""
        self._admission.drain()
        try:
            async with asyncio.timeout(self.options.drain):
                await self._quiet.wait()
        except TimeoutError:
            await self.stop()

    async def stop(self) -> None:
        """Take no more calls, and end those there are."""
        self._admission.drain()
        for session in [*self.sessions.values()]:
            session.end("the server stops")
        try:
            async with asyncio.timeout(_ENDING):
                await self._quiet.wait()
        except TimeoutError:
            logger.warning("calls did not end", extra={"count": len(self.sessions)})

    def _observe(self, session: CallSession, item: object) -> None:
        self.metrics.observe(item)
        for observer in self.observers:
            try:
                observer(session, item)
            except Exception:
                logger.exception("an observer failed", extra={"session": session.id})


__all__ = ["Refused", "Server", "Started"]

"""All calls of a process."""

import contextlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from reactivex import operators as ops

from rxvoice.items import AudioFrame
from rxvoice.rtvi import Client, ClientLane
from rxvoice.transports import Transport

from ._call_session import CallSession
from ._calls import Calls, Refused
from ._conversation import AgentFactory, conversation, make_agent
from ._guarded import GuardedChannel
from ._lines import Lines
from ._loop_watch import LoopWatch
from ._metrics import ServerMetrics
from ._options import Options
from ._starts import Start
from ._tapes import Tapes

logger = logging.getLogger(__name__)

KEPT: Final = 1000
"""Starts that may wait for their clients; the oldest is forgotten for one more."""

_ENDING: Final = 10.0
"""Seconds that calls may take to end; then they are cut off."""


@dataclass(frozen=True, slots=True)
class Started:
    """A call that was announced: by ``POST /start``, or by a telephone vendor.

    Attributes:
        session_id: Its id.
        body: What was given along.
        signed: Whether a telephone vendor has announced it, and has proven that.
    """

    session_id: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A far end that has come.

    Attributes:
        transport: To it.
        start: How it came about.
        client: The lane of the client protocol, where it speaks that.
        channel: What is counted of the transport.
        prepare: Is given the session before the agent is made.
        finish: Is called when the call is over, and waited for. It is given an empty text, or what
            is to be told the far end of a call that has failed.
    """

    transport: Transport
    start: Start
    client: ClientLane | None = None
    channel: GuardedChannel | None = None
    prepare: Callable[[CallSession], object] | None = None
    finish: Callable[[str], Awaitable[None]] | None = None


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
        beginners: Are given the session of each call before anything is subscribed.
        tapes: Keep the calls, where the options want that.
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
        self.beginners: list[Callable[[CallSession], None]] = []
        self.tapes: Tapes | None = None
        if self.options.tapes is not None:
            self.tapes = Tapes(
                self.options.tapes,
                agent,
                redact=self.options.redact,
                client=self.options.client,
                reports=self.options.reports,
            )
        self._agent = agent
        self._announced: dict[str, Started] = {}
        self._calls = Calls(self.options.limits)
        self._watch = LoopWatch(self.metrics.blocked, self.metrics.lag)

    @property
    def draining(self) -> bool:
        """Whether no call is taken any more."""
        return self._calls.draining

    @property
    def room(self) -> int:
        """How many more calls can be taken."""
        return self._calls.room

    def announce(
        self, body: Mapping[str, Any], *, session_id: str | None = None, signed: bool = False
    ) -> Started:
        """Give an id to a call whose client will come.

        Args:
            body: What its agent is to be told.
            session_id: The id; a new one unless given.
            signed: As ``Started.signed``.
        """
        started = Started(session_id or str(uuid.uuid4()), dict(body), signed)
        while len(self._announced) >= KEPT:
            self._announced.pop(next(iter(self._announced)))
        self._announced[started.session_id] = started
        return started

    def announced(self, session_id: str) -> Started | None:
        """Return a call that was announced, also while it goes on; None for an unknown id."""
        return self._announced.get(session_id)

    def lane(self) -> ClientLane:
        """Return a lane for one more client of the protocol."""
        options = self.options
        return ClientLane(Client(reports=options.reports), settings=options.client)

    def admitted(self) -> AbstractContextManager[None]:
        """Take one more call while the context lasts, and while `serve` holds it.

        Raises:
            Refused: When there are enough.
        """
        return self._calls.admitted()

    async def serve(self, arrival: Arrival) -> str:
        """Hold one call, which was admitted, to its end.

        The web server cancels a request whose client is gone. The call then ends by itself, in good
        order, and is not cut off on its way.

        Args:
            arrival: The far end.

        Returns:
            An empty text; or what is to be told the far end when the call has failed. The error
            itself is logged.
        """
        return await self._calls.held(lambda: self._hold(arrival), _name(arrival))

    def launch(self, arrival: Arrival) -> None:
        """Take one more call, and hold it beside the request that began it.

        Args:
            arrival: The far end.

        Raises:
            Refused: When there are enough calls.
        """
        self._calls.launch(lambda: self._hold(arrival), _name(arrival))

    def beside(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """Do something beside a request; `stop` waits for it.

        Args:
            work: What; an error is logged.
            name: Told in logs.
        """
        self._calls.beside(work, name)

    async def drain(self) -> None:
        """Take no more calls, let those there are go on for a while, then end them."""
        self._calls.drain()
        if not await self._calls.ended(self.options.drain):
            await self.stop()

    async def stop(self) -> None:
        """Take no more calls, and end those there are; what does not end in 10 s is cut off."""
        self._calls.drain()
        for session in [*self.sessions.values()]:
            session.end("the server stops")
        if not await self._calls.ended(_ENDING):
            logger.warning("calls did not end", extra={"count": len(self.sessions)})
            self._calls.cut_off()

    async def _hold(self, arrival: Arrival) -> str:
        failure = "the agent failed"  # unless it says otherwise, also when it cancels its own task
        try:
            failure = await self._converse(arrival)
        finally:
            if arrival.finish is not None:
                await arrival.finish(failure)
        return failure

    async def _converse(self, arrival: Arrival) -> str:
        start = arrival.start
        if start.session_id in self.sessions:  # both came at once
            return "the session has a client already"
        session, began = CallSession(start, client=arrival.client), datetime.now(UTC)
        self.sessions[session.id] = session
        clock = session.scheduler.loop.time
        measured = self.metrics.session(start.kind, clock(), session.scope.queues)
        if arrival.channel is not None:
            arrival.channel.counted = measured
        logger.info("a call begins", extra={"session": session.id, "kind": start.kind})
        failed = True

        def observe(item: object) -> None:
            if type(item) is not AudioFrame:  # most are, and nothing of them is measured
                measured.observe(item, session.now)
                self.metrics.observe(item)
            self._tell(session, item)

        try:
            async with session:
                if self.tapes is not None:
                    self.tapes.begin(session, began)
                with self._watched(session):
                    for begin in self.beginners:
                        begin(session)
                    if arrival.prepare is not None:
                        arrival.prepare(session)
                    agent = await make_agent(self._agent, session)
                    stream = conversation(session, arrival.transport, agent, began=began)
                    watched = stream.pipe(ops.do_action(observe))
                    await session.run(watched, arrival.transport.outgoing)
            failed = False
        except Exception:
            logger.exception("a call failed", extra={"session": session.id})
            return "the agent failed"
        finally:
            measured.ended(clock(), failed=failed)
            self.sessions.pop(session.id, None)
            self._announced.pop(session.id, None)
            logger.info("a call has ended", extra={"session": session.id})
        return ""

    def _watched(self, session: CallSession) -> AbstractContextManager[None]:
        if not self.options.watch_loop:
            return contextlib.nullcontext()
        return self._watch.over(session.scheduler)

    def _tell(self, session: CallSession, item: object) -> None:
        for observer in self.observers:
            try:
                observer(session, item)
            except Exception:
                logger.exception("an observer failed", extra={"session": session.id})


def _name(arrival: Arrival) -> str:
    return f"call {arrival.start.session_id}"


__all__ = ["Arrival", "Refused", "Server", "Started"]

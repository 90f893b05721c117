"""`replay`."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import reactivex as rx
from reactivex import Observable

from rxvoice.aio._edge import edge
from rxvoice.items import AudioFrame, Stamped
from rxvoice.session import Session

from ._divergence import Divergence
from ._kinds import MOMENTS, Kind
from ._names import TapeError
from ._replayer import Replayer
from ._tape import Tape, read_tape

T = TypeVar("T")


class OwnSession(Protocol):
    """An agent that needs a session of its own kind, such as that of `rxvoice.server.served`."""

    def session(self, tape: Tape, /) -> Session:
        """Return a session for it."""
        ...

    def stream(self, tape: Tape, session: Any, /) -> Awaitable[Observable[Any]]:
        """Make the stream that was recorded."""
        ...


Agent: TypeAlias = "Observable[Any] | Callable[[Observable[Any]], Observable[Any]] | OwnSession"
"""The stream that was recorded, made anew; or the operator that was given the caller's stream; or
what `rxvoice.server.served` returns."""

TURNS = 500


@dataclass(frozen=True)
class Replay:
    """What came of a replay.

    Attributes:
        tape: What was replayed.
        events: What came out of the session's first stream, and when on the session's clock.
        error: What that stream failed with.
        divergence: The first difference from what was recorded; None when there is none.
    """

    tape: Tape
    events: list[Stamped]
    error: Exception | None
    divergence: Divergence | None

    @property
    def is_identical(self) -> bool:
        """Whether the same came out, to the bit."""
        return self.divergence is None

    def check(self) -> "Replay":
        """Return this.

        Raises:
            AssertionError: When something else came out than was recorded.
        """
        if self.divergence is not None:
            raise AssertionError(f"{self.tape.name}: {self.divergence}")
        return self


def replay(
    tape: Tape | str | Path, /, *agents: Agent, until: float | None = None, caller: str = ""
) -> Replay:
    """Let an agent live through a recorded session again.

    Nothing waits, no source is opened and no provider is asked: the tape tells the agent, moment by
    moment, what came then, and what the clock said. So a call of minutes takes moments. It runs on
    a loop of its own; another one that runs in this thread, as in a notebook, stands still.

    Args:
        tape: The tape, or its file.
        agents: What was recorded, in the order in which it was subscribed: usually one. It has to
            be made anew, for what an agent remembers would be remembered.
        until: Seconds on the session's clock at which to stop.
        caller: The edge whose items an agent that is an operator is given. Unless given, it is one
            that was subscribed at the very begin: ``"caller"``, else the first that carries audio,
            else the first.

    Raises:
        OSError: When the tape cannot be read.
        TapeError: When it is no tape, or holds more streams than there are agents.
    """
    found = tape if isinstance(tape, Tape) else read_tape(tape)
    return on_virtual_loop(_replay(found, agents, until, caller))


async def _replay(tape: Tape, agents: Sequence[Agent], until: float | None, caller: str) -> Replay:
    async with session_for(agents, tape, "replay") as session:
        replayer = Replayer(tape)
        session.scheduler.tape = replayer
        streams = [await stream_of(agent, tape, caller, session) for agent in agents]
        steps = replayer.steps(lambda number: enter(session, tape, streams, number))
        for turn in itertools.count(1):
            following = replayer.compared.cursor.moment()
            if until is not None and (following is None or following > until):
                break
            if next(steps, None) is None:
                break
            if turn % TURNS == 0:
                await asyncio.sleep(0)
        compared = replayer.compared
        result = Replay(tape, compared.events[0], compared.ended.get(0), compared.divergence)
    return result


def on_virtual_loop(work: Coroutine[Any, Any, T], *, real_io: bool = True) -> T:
    """Run a coroutine in virtual time, also where a loop is running.

    Args:
        work: The coroutine.
        real_io: Whether sockets and threads are waited for, a moment at each instant.
    """
    from rxvoice.testing._loop import VirtualLoop
    from rxvoice.testing._run import abandon, run_on

    loop = VirtualLoop(real_io=real_io)
    try:
        return run_on(loop, work)
    finally:
        abandon(loop)


def enter(session: Session, tape: Tape, streams: list[Observable[Any]], number: int) -> None:
    """Subscribe a stream.

    Raises:
        TapeError: When there is none of this number.
    """
    if number >= len(streams):
        raise TapeError(f"{tape.name} holds {number + 1} streams, and {len(streams)} are given")
    session.subscribe(streams[number], None, lambda error: None)


def session_for(agents: Sequence[Agent], tape: Tape, name: str) -> Session:
    """Return a session in which agents live through a call.

    Raises:
        TapeError: When one of them is for calls of another kind.
    """
    for agent in agents:
        if not isinstance(agent, Observable) and not callable(agent):
            return agent.session(tape)
    return Session(name=name)


async def stream_of(agent: Agent, tape: Tape, name: str, session: Session) -> Observable[Any]:
    """Return the stream of an agent; an operator is given what the caller's edge holds.

    Raises:
        TapeError: When the tape has no edge of this name.
    """
    if isinstance(agent, Observable):
        return cast("Observable[Any]", agent)
    if not callable(agent):
        return await agent.stream(tape, session)
    if name and name not in dict(tape.edges):
        raise TapeError(f"{tape.name} has no edge {name!r}; there are {sorted(dict(tape.edges))}")
    return agent(edge(rx.never(), name or _caller(tape)))


def _caller(tape: Tape) -> str:
    """Return the name of an edge that was subscribed at once, of one that carries audio if any."""
    first: list[str] = []
    moments = 0
    for record in tape.records:
        moments += record.kind in MOMENTS
        if moments > 1 and record.kind != Kind.ENTER and record.kind in MOMENTS:
            break
        if record.kind == Kind.EDGE:
            first.append(record.value)
    if "caller" in first or not first:
        return "caller"
    for record in tape.records:
        sounds = record.kind in (Kind.NEXT, Kind.SYNC) and isinstance(record.value, AudioFrame)
        if sounds and record.number < len(first):
            return first[record.number]
    return first[0]


__all__ = ["Agent", "Replay", "enter", "on_virtual_loop", "replay", "session_for", "stream_of"]

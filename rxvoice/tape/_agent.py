"""What lives through a recorded call."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias, cast

import reactivex as rx
from reactivex import Observable

from rxvoice.aio._edge import edge
from rxvoice.items import AudioFrame
from rxvoice.operators._provider import check_provider
from rxvoice.session import Session

from ._kinds import MOMENTS, Kind
from ._names import TapeError
from ._tape import Tape


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


def check_agents(agents: Sequence[Agent]) -> None:
    """Refuse what is no agent, such as a function that makes one.

    Raises:
        TypeError: When one is none.
    """
    for agent in agents:
        own = hasattr(agent, "session") and hasattr(agent, "stream") and not callable(agent)
        if not own and not isinstance(agent, Observable):
            check_provider("agent", agent, "the caller's stream")


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
        TypeError: When an operator returns no stream.
    """
    if isinstance(agent, Observable):
        return cast("Observable[Any]", agent)
    if not callable(agent):
        return await agent.stream(tape, session)
    if name and name not in dict(tape.edges):
        raise TapeError(f"{tape.name} has no edge {name!r}; there are {sorted(dict(tape.edges))}")
    made: Any = agent(edge(rx.never(), name or _caller(tape)))
    if not hasattr(made, "subscribe"):
        raise TypeError(f"agent must return a stream, got {made!r}")
    return made


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


__all__ = ["Agent", "OwnSession", "check_agents", "session_for", "stream_of"]

"""`served`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import reactivex as rx
from reactivex import Observable

from rxvoice.items import Event
from rxvoice.rtvi import Client, ClientLane
from rxvoice.tape import Tape, TapeError

from ._call_session import CallSession
from ._conversation import AgentFactory, conversation, make_agent
from ._starts import Start, WebsocketStart


@dataclass(frozen=True, slots=True)
class Served:
    """An agent of a server, for calls that were recorded; see `served`.

    Attributes:
        factory: Makes the agent of a call.
    """

    factory: AgentFactory

    def session(self, tape: Tape) -> CallSession:
        """Return a session that knows of the call what the one that was recorded knew.

        Raises:
            TapeError: When the tape holds no call of a server.
        """
        settings = _settings(tape)
        start: Start = settings["call"]
        spoken: dict[str, Any] | None = settings["client"]
        lane = None
        if spoken is not None:
            lane = ClientLane(Client(reports=spoken["reports"]), settings=spoken["settings"])
        session = CallSession(start, client=lane)
        if isinstance(start, WebsocketStart):
            session.believe_playout(_unknown)
        return session

    async def stream(self, tape: Tape, session: Any) -> Observable[object]:
        """Return all that happens in the call, with a new agent.

        Args:
            tape: The tape.
            session: What `session` has returned.
        """
        call = cast("CallSession", session)
        agent = await make_agent(self.factory, call)
        began: datetime = _settings(tape)["began"]
        stream = conversation(call, _NoFarEnd(), agent, began=began)
        call.whole = stream
        return stream


def served(factory: AgentFactory, /) -> Served:
    """Return what `rxvoice.tape.replay` and `rxvoice.tape.fork` take for a call of a server.

    The function is given a `CallSession` that knows how the call came about, as then, and whose
    client and application do and say what they did and said::

        replay("tapes/4f1c.rxv", served(agent)).check()

    What it subscribes by ``session.subscribe`` itself is not done again.

    Args:
        factory: The function that was served.
    """
    return Served(factory)


def is_served(tape: Tape) -> bool:
    """Tell whether a tape holds a call of a server."""
    told: dict[str, Any] = tape.header.get("settings") or {}
    return isinstance(told.get("call"), Start)


class _NoFarEnd:
    """Stands for the transport: what it brought is on the tape, and nothing leaves."""

    @property
    def incoming(self) -> Observable[Event]:
        return rx.never()

    async def outgoing(self, stream: Observable[object], session: object) -> None:
        """Take nothing."""


def _settings(tape: Tape) -> dict[str, Any]:
    if not is_served(tape):
        raise TapeError(f"{tape.name} holds no call of a server")
    return tape.header["settings"]


def _unknown(seconds: float) -> None:
    """What was heard is on the tape."""


__all__ = ["Served", "is_served", "served"]

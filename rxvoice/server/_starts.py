"""How a call came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rxvoice.items import Call

IDLE = 300.0
"""Seconds in which nobody says anything after which a call is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What is known of a call when it begins.

    Attributes:
        session_id: Its id, unique, the same that whoever started it was told.
        body: What ``POST /start``, the offer or the answer to a telephone call has given along.
        arguments: Those behind ``--`` of the command line.
        idle_timeout: Seconds in which nobody says anything after which it is ended; None for
            never.
        handles_signals: Whether the agent's own code may set signal handlers: only where it is
            the only one of its process.
        address: Of the far end's machine; empty where it is not known.
    """

    session_id: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    arguments: tuple[str, ...] = ()
    idle_timeout: float | None = IDLE
    handles_signals: bool = False
    address: str = ""

    @property
    def kind(self) -> str:
        """What the far end came by, such as ``"websocket"``, or the vendor of a telephone."""
        return type(self).__name__.removesuffix("Start").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsocketStart(Start):
    """A client came by a websocket.

    Attributes:
        origin: Of the page that it belongs to; empty for programs.
    """

    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRtcStart(Start):
    """A client came by WebRTC.

    Attributes:
        peer: Id of the connection, by which it is renegotiated.
    """

    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneStart(Start):
    """A telephone call came, or was made.

    Attributes:
        call: Whose.
    """

    call: Call

    @property
    def kind(self) -> str:
        """The vendor."""
        return self.call.vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomStart(Start):
    """The agent was asked into a room.

    Attributes:
        url: Of the room, or of its server.
        token: What lets the agent in.
        room: Name of the room; empty where the token says it.
    """

    url: str
    token: str = field(repr=False)
    room: str = ""


__all__ = ["IDLE", "PhoneStart", "RoomStart", "Start", "WebRtcStart", "WebsocketStart"]

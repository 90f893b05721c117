"""What the small WebRTC clients say beside their messages."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final, cast

from rxvoice.transports._contract import Wire

LONGEST: Final = 262_144
"""Bytes or characters of a message that is read."""

_PING: Final = re.compile(r"ping(:? ?\d{0,20})?")
_SHORT: Final = 1000


@dataclass(frozen=True, slots=True)
class Ping:
    """The far end is alive."""


@dataclass(frozen=True, slots=True)
class TrackStatus:
    """The far end has switched one of its tracks on or off.

    Attributes:
        index: 0 for the microphone, 1 for the camera, 2 for the screen.
        enabled: Whether it is on.
    """

    index: int
    enabled: bool


@dataclass(frozen=True, slots=True)
class Renegotiate:
    """The far end asks for a new offer."""


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """The far end leaves."""


@dataclass(frozen=True, slots=True)
class UnknownSignal:
    """Something is signalled that is not understood."""


Signal = Ping | TrackStatus | Renegotiate | PeerLeft | UnknownSignal


def read_signal(message: Wire) -> Signal | None:
    """Return what a message signals; None when it is one of the application.

    Raises:
        ValueError: When it is too long.
    """
    if len(message) > LONGEST:
        raise ValueError(f"a message is longer than {LONGEST} bytes")
    if not isinstance(message, str) or len(message) > _SHORT:
        return None
    if _PING.fullmatch(message):
        return Ping()
    if '"signalling"' not in message:
        return None
    try:
        told: Any = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or cast("dict[str, Any]", told).get("type") != "signalling":
        return None
    inner: Any = cast("dict[str, Any]", told).get("message")
    return _signal(cast("dict[str, Any]", inner)) if isinstance(inner, dict) else UnknownSignal()


def write_signal(kind: str) -> str:
    """Return the message that signals something: ``"renegotiate"`` or ``"peerLeft"``."""
    return json.dumps({"type": "signalling", "message": {"type": kind}})


def _signal(inner: dict[str, Any]) -> Signal:
    match inner:
        case {"type": "trackStatus", "receiver_index": int() as index, "enabled": bool() as on}:
            return TrackStatus(index, on)
        case {"type": "renegotiate"}:
            return Renegotiate()
        case {"type": "peerLeft"}:
            return PeerLeft()
        case _:
            return UnknownSignal()


__all__ = [
    "LONGEST",
    "PeerLeft",
    "Ping",
    "Renegotiate",
    "Signal",
    "TrackStatus",
    "UnknownSignal",
    "read_signal",
    "write_signal",
]

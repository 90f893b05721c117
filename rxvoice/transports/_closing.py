"""What all websockets have in common at their end."""

import contextlib
import socket
import sys
from asyncio.trsock import TransportSocket
from collections.abc import Mapping
from typing import Final

CLOSING: Final = 1.0
"""Seconds that the far end may take to close with us."""

FAULTS: Final[Mapping[int, str]] = {
    1002: "it broke the rules of websockets",
    1007: "it sent a text that is not UTF-8",
    1009: "it sent a message that is too long",
}
"""What a far end did that is sent away by its websocket itself, by close code."""

UNSENT: Final = 16_384
"""Bytes that the system may hold that were not sent: half a second of telephone speech."""

_TCP_NOTSENT_LOWAT: Final = 25  # of Linux; the module socket knows it from Python 3.12 on


def reason_bytes(reason: str) -> bytes:
    """Return a reason as it may stand in a close frame: UTF-8 of at most 123 bytes."""
    return reason.encode()[:123].decode(errors="ignore").encode()


def keep_little_unsent(own: "socket.socket | TransportSocket | None") -> None:
    """Let audio wait here, where it can be dropped, and not in the system."""
    if own is not None and sys.platform == "linux":
        with contextlib.suppress(OSError):  # it is no TCP
            own.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, UNSENT)


__all__ = ["CLOSING", "FAULTS", "UNSENT", "keep_little_unsent", "reason_bytes"]

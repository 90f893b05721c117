"""LiveKit's SDK, which is imported when it is needed."""

from importlib import import_module
from typing import Any, Final

from rxvoice.transports._contract import TransportError

KEYPAD: Final = "0123456789*#"
"""Keys of a telephone by their codes in telephone events (RFC 4733)."""


def sdk() -> Any:
    """Return the module ``livekit.rtc``.

    Raises:
        TransportError: When it is not installed.
    """
    try:
        return import_module("livekit.rtc")
    except ImportError as error:
        raise TransportError("LiveKit needs its SDK: install rxvoice[livekit]") from error


def reason_of(rtc: Any, value: int | None) -> str:
    """Return the word for why somebody has left, such as ``"client_initiated"``."""
    if not value:
        return ""
    try:
        return str(rtc.DisconnectReason.Name(value)).lower()
    except ValueError:
        return f"reason {value}"


def is_program(rtc: Any, participant: Any) -> bool:
    """Return whether a participant is one of LiveKit's own programs: an agent or a recorder."""
    kinds = rtc.ParticipantKind
    programs = (kinds.PARTICIPANT_KIND_AGENT, kinds.PARTICIPANT_KIND_EGRESS)
    return participant.kind in programs


__all__ = ["KEYPAD", "is_program", "reason_of", "sdk"]

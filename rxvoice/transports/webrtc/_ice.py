"""Ways between two machines."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final

LONGEST_CANDIDATE: Final = 500
"""Characters of a candidate that is read."""

_LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,63}\.local")
_URL: Final = re.compile(r"(stun|turn|turns):[^\s?]{1,255}(\?transport=(udp|tcp))?")


@dataclass(frozen=True, slots=True)
class IceServer:
    """A server that helps two machines to find a way to each other.

    Attributes:
        url: ``stun:``, ``turn:`` or ``turns:``, with host and port.
        username: For it.
        credential: Its password.

    Raises:
        ValueError: When the url is none of these.
    """

    url: str
    username: str = ""
    credential: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not _URL.fullmatch(self.url):
            raise ValueError("url must be stun:, turn: or turns: with a host")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address at which a machine may be reached.

    Attributes:
        text: As in a session description, without the attribute's name.
        mid: Of the medium that it is for.
        index: Place of that medium.
    """

    text: str
    mid: str | None = None
    index: int | None = None


def usable_candidate(
    text: str, mid: str | None = None, index: int | None = None
) -> Candidate | None:
    """Return a candidate that can be tried.

    Args:
        text: With or without the attribute's name in front.
        mid: Of the medium that it is for.
        index: Place of that medium.

    Returns:
        It, or None for one that is of no use here: with TCP, of another component, or whose address
        is a name.

    Raises:
        ValueError: When it cannot be read.
    """
    if len(text) > LONGEST_CANDIDATE:
        raise ValueError(f"a candidate is longer than {LONGEST_CANDIDATE} characters")
    text = text.strip().removeprefix("a=").removeprefix("candidate:")
    parts = text.split()
    if len(parts) < 8 or parts[6] != "typ":
        raise ValueError("a candidate cannot be read")
    try:
        component, priority, port = (_number(parts[place]) for place in (1, 3, 5))
        related = _number(parts[parts.index("rport", 8) + 1]) if "rport" in parts[8:-1] else 0
    except ValueError:
        raise ValueError("a candidate cannot be read") from None
    if priority >= 2**32 or port >= 65_536 or related >= 65_536:
        raise ValueError("a candidate has a number that is out of range")
    useful = component == 1 and port and parts[2].lower() == "udp"
    useful = useful and parts[7] in ("host", "srflx", "relay")
    return Candidate(text, mid, index) if useful and _is_address(parts[4]) else None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise ValueError("no number")
    return int(text)


def _is_address(host: str) -> bool:
    if _LOCAL_NAME.fullmatch(host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


__all__ = ["Candidate", "IceServer", "usable_candidate"]

"""Addresses that vendors can reach."""

import re
from typing import Final
from urllib.parse import quote

_HOST: Final = re.compile(
    r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(:\d{1,5})?"
)
_SCHEME: Final = re.compile(r"^(https?|wss?)://", re.IGNORECASE)


def clean_host(host: str, /) -> str:
    """Return a host, with its port, of what people write for it.

    Args:
        host: With or without ``https://`` or the like before it and slashes behind.

    Raises:
        ValueError: When it is no host.
    """
    found = _SCHEME.sub("", host.strip()).rstrip("/")
    if not _HOST.fullmatch(found):
        raise ValueError(f"host must be a host such as 'example.com', got {host!r}")
    return found


def stream_url(host: str, path: str = "/ws", /) -> str:
    """Return the address of a websocket that vendors can reach, ``wss://…``.

    Args:
        host: As for `clean_host`.
        path: Of the websocket, without a query: vendors drop it.

    Raises:
        ValueError: When the host is none.
    """
    return f"wss://{clean_host(host)}/{quote(path.lstrip('/'), safe='/:@!$&()*+,;=~-._%')}"


__all__ = ["clean_host", "stream_url"]

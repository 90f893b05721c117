"""What ``rxvoice top`` reads."""

import asyncio
import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from yarl import URL

USUAL: Final = "http://127.0.0.1:7860"
PATIENCE: Final = 5.0
"""Seconds that the server has to answer."""


def page_of(url: str) -> "URL":
    """Return the address of a server's page of metrics.

    Args:
        url: Of the server, or of the page; ``http://`` may be left out.

    Raises:
        ValueError: When it is neither.
    """
    from yarl import URL

    try:
        page = URL(url if "://" in url else f"http://{url}")
        known = page.scheme in ("http", "https") and bool(page.host) and page.port
    except ValueError:
        known = False
        page = URL()
    if not known:
        raise ValueError(f"URL must be that of a server, such as {USUAL}, got {url!r}")
    path = page.path.rstrip("/")
    path = path if path.endswith("/metrics") else f"{path}/metrics"
    return page.with_path(path, keep_query=True)


def reason(error: Exception) -> str:
    """Return why a server does not answer, in a few words."""
    from aiohttp import ClientConnectorError, ClientResponseError

    match error:
        case TimeoutError():
            return f"nothing came within {PATIENCE:g} s"
        case ClientResponseError(status=status, message=message):
            return f"{status} {message}"
        case ClientConnectorError(os_error=OSError(errno=int(number))) if number > 0:
            return os.strerror(number)
        case ClientConnectorError(os_error=OSError(strerror=str(reason))):
            return reason
        case _:
            return type(error).__name__


async def read(client: "ClientSession", page: "URL") -> str:
    """Return a page."""
    async with asyncio.timeout(PATIENCE), client.get(page) as answer:
        answer.raise_for_status()
        return await answer.text()


async def sessions(client: "ClientSession", page: "URL") -> list[dict[str, Any]] | None:
    """Return the calls that go on; None where nothing tells of them."""
    async with asyncio.timeout(PATIENCE), client.get(page) as answer:
        try:
            told: Any = await answer.json(content_type=None) if answer.status < 400 else None
            return [dict(call) for call in told["sessions"]]
        except (KeyError, TypeError, ValueError):  # it is some other page
            return None


__all__ = ["PATIENCE", "USUAL", "page_of", "read", "reason", "sessions"]

"""Opening a session of Gladia's."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout, retry_after_of
from rxvoice.providers._loose import fields, text

NAME: Final = "gladia"

_SOCKETS: Final = ("ws://", "wss://")


async def begin(page: str, config: Mapping[str, Any], key: str, patience: float) -> str:
    """Open a session, and return the address of its websocket.

    Args:
        page: The address that it is asked for.
        config: Its options.
        key: The vendor's key.
        patience: Seconds that it may take.

    Raises:
        ProviderTimeout: When it takes longer.
        ProviderRejected: When the server refuses.
        ProviderError: When it fails otherwise, or the answer has no address.
    """
    headers = {"x-gladia-key": key}
    try:
        async with (
            asyncio.timeout(patience),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
            client.post(page, json=config, headers=headers, allow_redirects=False) as response,
        ):
            body = await response.read()
    except TimeoutError as error:
        message = f"there was no session within {patience:g} s"
        raise ProviderTimeout(message, provider=NAME) from error
    except (aiohttp.ClientError, OSError) as error:
        message = f"no session could be opened ({type(error).__name__})"
        raise ProviderError(message, provider=NAME) from error
    told: Mapping[str, Any] = {}
    try:
        told = fields(json.loads(body))
    except (ValueError, RecursionError) as error:
        if response.status in (200, 201):
            raise ProviderError("the answer is no JSON", provider=NAME) from error
    if response.status not in (200, 201):
        said = text(told.get("message")).replace(key, "…")[:200]
        message = f"the server refused a session with status {response.status}"
        raise ProviderRejected(
            f"{message}: {said}" if said else message,
            provider=NAME,
            status=response.status,
            retry_after=retry_after_of(response.headers),
        )
    url = text(told.get("url"))
    if not url.startswith(_SOCKETS):
        raise ProviderError("the answer has no address of a websocket", provider=NAME)
    return url


__all__ = ["NAME", "begin"]

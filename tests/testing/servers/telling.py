"""A client without an SDK: what a websocket of JSON messages tells it."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

Sent = bytes | str | Mapping[str, Any]


async def told(
    url: str, *messages: Sent, count: int = 0, headers: Mapping[str, str] | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return what is told after such messages, and the close code.

    Args:
        url: The websocket's.
        messages: What the client says: objects as JSON, text and bytes as they are.
        count: How many messages it waits for before it leaves; 0: until the server closes.
        headers: Of the handshake.
    """
    heard = list[dict[str, Any]]()
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(url, headers=headers) as socket,
    ):
        for message in messages:
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_str(message if isinstance(message, str) else json.dumps(message))
        async for message in socket:
            heard.append(json.loads(message.data))
            if len(heard) == count:
                break
        return heard, socket.close_code

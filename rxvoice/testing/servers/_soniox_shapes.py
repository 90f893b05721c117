"""What both of Soniox's websockets say."""

import asyncio
from typing import Any

from ._exchange import Message
from ._socket import Socket

_ERRORS = {
    400: ("invalid_request", "Invalid request."),
    401: ("unauthenticated", "Incorrect API key provided."),
    404: ("not_found", "Not found."),
    408: ("request_timeout", "Request timeout"),
    429: ("rate_limit_exceeded", "Rate limit exceeded."),
    500: ("internal_error", "Internal error."),
    503: ("service_unavailable", "Cannot continue request. Please restart the request."),
}


def error(code: int, text: str | None = None) -> dict[str, Any]:
    """Return an error's message."""
    kind, usual = _ERRORS.get(code, ("invalid_request", "Refused."))
    return {
        "error_code": code,
        "error_message": text or usual,
        "error_type": kind,
        "more_info": f"https://soniox.com/docs/api-reference/errors#{kind.replace('_', '-')}",
        "request_id": "fake",
    }


async def receive(socket: Socket, idle: float) -> Message | None:
    """Return the next message; after too long a silence, and of a client that left, None."""
    try:
        async with asyncio.timeout(idle):
            return await socket.receive()
    except TimeoutError:
        await socket.send(error(408))
        return None


__all__ = ["error", "receive"]

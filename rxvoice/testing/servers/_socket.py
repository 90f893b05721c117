"""The server's end of a websocket."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

from aiohttp import WSMsgType, web

from ._answer import Answer
from ._clock import now
from ._exchange import Message, Timed


class Socket:
    """Sends messages to a client, and iterates over those that come from it.

    Attributes:
        answer: What is sent.
    """

    def __init__(
        self,
        response: web.WebSocketResponse,
        make_answer: Callable[[Callable[[Message], Awaitable[None]]], Answer],
        changed: Callable[[], None],
    ) -> None:
        self._response = response
        self._changed = changed
        self.answer: Answer = make_answer(self._write)

    async def send(self, message: Message) -> None:
        """Send a message: an object as JSON, a text, or bytes; see `Answer.send`."""
        await self.answer.send(message)

    async def receive(self) -> Message | None:
        """Return the client's next message: the object that its JSON is, else text or bytes.

        Returns:
            None when the client closed the websocket or left.
        """
        received = await self._response.receive()
        exchange = self.answer.exchange
        message: Message
        if received.type is WSMsgType.TEXT:
            message = _parsed(cast(str, received.data))
        elif received.type is WSMsgType.BINARY:
            message = cast(bytes, received.data)
        else:
            exchange.close_received = self._response.close_code
            self._changed()
            return None
        exchange.received.append(Timed(now(), message))
        self._changed()
        return message

    async def __aiter__(self) -> AsyncIterator[Message]:
        while (message := await self.receive()) is not None:
            yield message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the websocket, unless it is closed."""
        if not self._response.closed:
            self.answer.exchange.close_sent = code
            await self._response.close(code=code, message=reason.encode())

    async def _write(self, message: Message) -> None:
        if isinstance(message, bytes):
            await self._response.send_bytes(message)
        elif isinstance(message, str):
            await self._response.send_str(message)
        else:
            await self._response.send_str(
                json.dumps(message, ensure_ascii=False, separators=(",", ":"))
            )


def _parsed(text: str) -> Message:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return text
    return cast("dict[str, Any]", found) if isinstance(found, dict) else text


__all__ = ["Socket"]

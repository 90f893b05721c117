"""MCP servers written by hand, in memory, that answer what they are told to."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCResponse,
)

Messages = SessionMessage | Exception
OBJECT: dict[str, Any] = {"type": "object", "properties": {}}


def listing(*names: str, **more: Any) -> dict[str, Any]:
    """Return an answer to ``tools/list``."""
    return {"tools": [{"name": name, "inputSchema": OBJECT} for name in names], **more}


def text(said: str, **more: Any) -> dict[str, Any]:
    """Return an answer to ``tools/call``."""
    return {"content": [{"type": "text", "text": said}], **more}


class RawServer:
    """Speaks the protocol without the package's server; each connection is like the first.

    Args:
        answer: Given method and parameters, returns a result, an error, or None for no answer at
            all; ``initialize`` is answered here unless it does that.

    Attributes:
        asked: Methods, as they came.
        heard: Notifications, as they came.
        connections: How many there were.
    """

    def __init__(self, answer: Callable[[str, Any], Awaitable[dict[str, Any] | ErrorData | None]]):
        self.asked: list[str] = []
        self.heard: list[tuple[str, Any]] = []
        self.connections = 0
        self._answer = answer
        self._to_client: MemoryObjectSendStream[Messages] | None = None

    async def say(self, message: JSONRPCMessage | Exception) -> None:
        """Send something, or what stands for a line that cannot be read."""
        assert self._to_client is not None
        told = message if isinstance(message, Exception) else SessionMessage(message)
        await self._to_client.send(told)

    async def tell(self, method: str, **parameters: Any) -> None:
        """Send a notification."""
        await self.say(JSONRPCNotification(jsonrpc="2.0", method=method, params=parameters))

    def hang_up(self) -> None:
        """Close the connection."""
        assert self._to_client is not None
        self._to_client.close()

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[Any]:
        """Be a transport."""
        self.connections += 1
        to_client, client_reads = anyio.create_memory_object_stream[Messages](16)
        client_writes, from_client = anyio.create_memory_object_stream[SessionMessage](16)
        self._to_client = to_client
        async with (
            to_client,
            client_reads,
            client_writes,
            from_client,
            anyio.create_task_group() as group,
        ):
            group.start_soon(self._serve, from_client, group)
            yield client_reads, client_writes
            group.cancel_scope.cancel()

    async def _serve(
        self, messages: MemoryObjectReceiveStream[SessionMessage], group: anyio.abc.TaskGroup
    ) -> None:
        async for item in messages:
            message: Any = item.message
            if isinstance(message, JSONRPCNotification):
                self.heard.append((message.method, message.params))
            else:
                group.start_soon(self._reply, message.id, message.method, message.params)

    async def _reply(self, number: Any, method: str, parameters: Any) -> None:
        self.asked.append(method)
        answer = await self._answer(method, parameters)
        if isinstance(answer, ErrorData):
            await self.say(JSONRPCError(jsonrpc="2.0", id=number, error=answer))
        elif answer is not None:
            await self.say(JSONRPCResponse(jsonrpc="2.0", id=number, result=answer))


INITIALIZED: dict[str, Any] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {"listChanged": True}},
    "serverInfo": {"name": "raw", "version": "1"},
}
UNKNOWN = ErrorData(code=-32601, message="unknown method")


def raw(
    tools: dict[str, Any], calls: Callable[[str], Awaitable[dict[str, Any] | ErrorData | None]]
) -> RawServer:
    """Return a server with a list of tools and what answers calls of them."""

    async def answer(method: str, parameters: Any) -> dict[str, Any] | ErrorData | None:
        match method:
            case "initialize":
                return INITIALIZED
            case "tools/list":
                return tools
            case "tools/call":
                return await calls(parameters["name"])
            case _:
                return UNKNOWN

    return RawServer(answer)

"""One request, while a fake serves it."""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from aiohttp import web

from ._answer import Answer, End, How, only
from ._clock import wait
from ._edits import Edits, dump
from ._exchange import Exchange, Json, Message
from ._faults import Close, Delay, Drop, Fault, Hang, Refuse, Split
from ._socket import Socket
from ._wire import Wire

if TYPE_CHECKING:
    from ._server import FakeServer


class Call:
    """One request, and the ways to answer it: `json`, `refuse`, `stream` or `socket`.

    Attributes:
        exchange: Its record.
        request: What aiohttp knows of it.
    """

    def __init__(
        self,
        server: "FakeServer",
        request: web.BaseRequest,
        exchange: Exchange,
        wire: Wire,
        faults: Sequence[Fault],
    ) -> None:
        self.exchange = exchange
        self.request = request
        self.response: web.StreamResponse | None = None
        self._server = server
        self._wire = wire
        self._faults = faults
        self._edits = Edits(faults, server.unknown, server.failure)
        self._tasks: set[asyncio.Task[None]] = set()
        self._main: asyncio.Task[Any] | None = None
        self._ending: End | None = None

    async def json(
        self, payload: Json, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer with a JSON object; it counts as one message."""
        kind = "application/json"
        async with self.stream("bytes", kind, status=status, headers=headers) as answer:
            await answer.send(payload)

    async def refuse(
        self,
        status: int,
        text: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer with an error in the vendor's shape."""
        self.exchange.status = status
        server = self._server
        body = server.refusal(status, text)
        response = web.Response(
            status=status,
            text=body if isinstance(body, str) else dump(body),
            content_type="text/plain" if isinstance(body, str) else "application/json",
            headers={
                **server.headers(),
                **server.refusal_headers(status, text),
                **(headers or {}),
            },
        )
        self.response = response
        await response.prepare(self.request)
        await response.write_eof()
        await self._wire.settled()

    @contextlib.asynccontextmanager
    async def stream(
        self,
        how: How = "sse",
        content_type: str = "text/event-stream",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[Answer, None]:
        """Answer with a body that comes message by message.

        Args:
            how: Whether messages are events, events named by their ``type``, lines of JSON, or
                bytes as they are.
            content_type: Of the body.
            status: Of the answer.
            headers: Of the answer.
        """
        told = {**self._server.headers(), **(headers or {})}
        response = web.StreamResponse(status=status, headers=told)
        response.content_type = content_type
        response.enable_chunked_encoding()

        async def write(message: Message) -> None:
            await response.write(encode(message, how))

        self.response = response
        self.exchange.status = response.status
        await response.prepare(self.request)
        await response.write(b"")  # the head alone
        await self._wire.settled()
        answer = self._answer(write)
        await answer.opened()
        yield answer
        await answer.finish()
        await response.write_eof()

    @contextlib.asynccontextmanager
    async def socket(self) -> AsyncGenerator[Socket, None]:
        """Answer with a websocket, which leaving the block closes by code 1000."""
        response = web.WebSocketResponse(timeout=1.0, compress=False, max_msg_size=0)
        self.response = response
        await response.prepare(self.request)
        self.exchange.status = 101
        await self._wire.settled()
        socket = Socket(response, self._answer, self._server.changed)
        await socket.answer.opened()
        yield socket
        await socket.answer.finish()
        await socket.close()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something beside, until the request is served."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def run(self, serve: "Callable[[Call], Awaitable[None]]") -> None:
        """Serve the request, with its faults."""
        self._main = asyncio.current_task()
        try:
            if await self._begin():
                await serve(self)
        except asyncio.CancelledError:
            if self._ending is None or self._main is None or self._main.uncancel():
                self.exchange.left = not self._server.closing
                raise
        finally:
            await self._stop_tasks()
        await self._finish()

    async def _begin(self) -> bool:
        """Let happen what happens before the answer, and tell whether there is to be one."""
        self._wire.cut(only(self._faults, Split))
        delay, refuse = only(self._faults, Delay), only(self._faults, Refuse)
        if delay is not None:
            await wait(delay.answer)
        for fault in self._faults:
            if isinstance(fault, Drop | Hang) and fault.after is None:
                await self._end(fault)
        if not self._server.authorized(self.exchange):
            await self.refuse(401)
        elif refuse is not None:
            later = refuse.retry_after
            asked = {} if later is None else self._server.retry_headers(later)
            await self.refuse(refuse.status, refuse.text, headers={**asked, **refuse.headers})
        else:
            return True
        return False

    async def _end(self, how: End) -> NoReturn:
        """End the answer as a fault says: whatever serves the request is cancelled."""
        if self._ending is None and self._main is not None:
            self._ending = how
            if isinstance(how, Hang):
                self._wire.go_silent()
            self._main.cancel()
        while True:
            await asyncio.get_running_loop().create_future()

    async def _finish(self) -> None:
        response, ending = self.response, self._ending
        try:
            if isinstance(ending, Drop):
                await self._wire.drop(reset=ending.reset)
            elif isinstance(ending, Hang):
                await asyncio.get_running_loop().create_future()
            elif isinstance(response, web.WebSocketResponse):
                code, reason = (ending.code, ending.reason) if ending else (1000, "")
                if not response.closed:
                    self.exchange.close_sent = code
                    await response.close(code=code, message=reason.encode())
            elif response is not None and response.prepared:
                await response.write_eof()
        except asyncio.CancelledError:
            self.exchange.left = not self._server.closing
            raise
        await self._wire.settled()

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self._server.failed(error)
            if self._main is not None and self._ending is None:
                self._ending = Close()
                self._main.cancel()

    def _answer(self, write: Callable[[Message], Awaitable[None]]) -> Answer:
        return Answer(
            self.exchange,
            self._wire,
            self._faults,
            self._edits,
            write,
            self._end,
            self._server.changed,
        )


def encode(message: Message, how: How) -> bytes:
    """Return a message as a part of a body."""
    if isinstance(message, bytes):
        return message
    text = message if isinstance(message, str) else dump(message)
    if how == "named sse" and isinstance(message, Mapping):
        return f"event: {message.get('type')}\ndata: {text}\n\n".encode()
    if how in ("sse", "named sse"):
        return f"data: {text}\n\n".encode()
    return (text + "\n" if how == "lines" else text).encode()


def whole_seconds(seconds: float) -> dict[str, str]:
    """Return the ``retry-after`` header, which knows whole seconds only."""
    return {"retry-after": str(math.ceil(seconds))}


__all__ = ["Call", "encode", "whole_seconds"]

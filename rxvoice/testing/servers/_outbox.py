"""Messages that leave later, in order."""

import asyncio
from collections.abc import Iterable

from ._call import Call
from ._clock import now, wait
from ._exchange import Message
from ._socket import Socket


class Outbox:
    """Sends messages so many seconds after they were put in.

    Args:
        call: The request.
        socket: Where they go.
        latency: Seconds; with 0 a message is sent at once.
    """

    def __init__(self, call: Call, socket: Socket, latency: float) -> None:
        self._socket = socket
        self._latency = latency
        self._queue: asyncio.Queue[tuple[float, Message]] = asyncio.Queue()
        if latency:
            call.spawn(self._send())

    async def put(self, messages: Iterable[Message]) -> None:
        """Send messages, in order."""
        for message in messages:
            if self._latency:
                self._queue.put_nowait((now() + self._latency, message))
            else:
                await self._socket.send(message)

    async def drained(self) -> None:
        """Wait until all is sent."""
        await self._queue.join()

    async def _send(self) -> None:
        while True:
            due, message = await self._queue.get()
            await wait(due - now())
            await self._socket.send(message)
            self._queue.task_done()


__all__ = ["Outbox"]

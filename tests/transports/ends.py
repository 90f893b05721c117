"""Far ends that do as they are told, and what tests ask of them."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np

from rxvoice import AudioFrame, Session
from rxvoice.testing import run_virtual
from rxvoice.transports import Channel, ChannelClosed, Codec, PcmCodec, SocketTransport, Wire

RATE = 16_000


def tone(seconds: float, value: int = 1000, pts: float = 0.0) -> AudioFrame:
    return AudioFrame(np.full(round(seconds * RATE), value, np.int16), RATE, pts)


def pcm(seconds: float, value: int = 1000) -> bytes:
    return np.full(round(seconds * RATE), value, "<i2").tobytes()


class FarEnd:
    """A channel whose other side is the test.

    Attributes:
        sent: What this side has sent, with the loop's time.
        closed: How it was closed by this side.
        opening: Seconds that opening takes.
        refusal: What opening fails with.
        takes: Whether what is sent is taken; else sending waits.
        fails: Whether sending fails.
        closes: Seconds that closing takes.
    """

    def __init__(self) -> None:
        self.sent: list[tuple[float, Wire]] = []
        self.closed: list[tuple[int, str]] = []
        self.opening = 0.0
        self.refusal: Exception | None = None
        self.takes = True
        self.fails = False
        self.closes = 0.0
        self.opened = 0
        self._inbox: deque[Wire | ChannelClosed] = deque()
        self._changed = asyncio.Event()

    async def open(self) -> Channel:
        self.opened += 1
        await asyncio.sleep(self.opening)
        if self.refusal is not None:
            raise self.refusal
        return self

    def transport(self, codec: Codec | None = None, **options: Any) -> SocketTransport:
        return SocketTransport(self.open, codec or PcmCodec(), name="line", **options)

    @property
    def audio(self) -> float:
        """Seconds of audio that came."""
        return sum(len(m) / 2 / RATE for _, m in self.sent if isinstance(m, bytes))

    @property
    def texts(self) -> list[str]:
        return [message for _, message in self.sent if isinstance(message, str)]

    def say(self, *messages: Wire) -> None:
        self._inbox.extend(messages)
        self._changed.set()

    def leave(self, code: int = 1000, reason: str = "", fault: str = "") -> None:
        self._inbox.append(ChannelClosed(code, reason, fault=fault))
        self._changed.set()

    async def receive(self) -> Wire:
        while not self._inbox:
            self._changed.clear()
            await self._changed.wait()
        if isinstance(message := self._inbox[0], ChannelClosed):
            raise message
        self._inbox.popleft()
        return message

    async def send(self, message: Wire, /) -> None:
        while not self.takes and not self.closed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if self.fails or self.closed:
            raise ChannelClosed
        self.sent.append((asyncio.get_running_loop().time(), message))

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        self.closed.append((code, reason))
        await asyncio.sleep(self.closes)
        self.leave(code, reason)


def held(call: Callable[[FarEnd, Session], Coroutine[Any, Any, None]]) -> FarEnd:
    """Hold a call in virtual time, and check that nothing of it is left."""
    ends: list[FarEnd] = []

    async def main() -> None:
        far_end = FarEnd()
        ends.append(far_end)
        async with Session() as session:
            await call(far_end, session)

    run_virtual(main())
    return ends[0]

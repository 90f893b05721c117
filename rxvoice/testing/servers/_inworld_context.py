"""One context of Inworld's websocket."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ._clock import wait
from ._exchange import Json
from ._inworld_shapes import status
from ._inworld_speech import chunks
from ._socket import Socket
from ._voice import ToneVoice

_MOST_CHARACTERS = 1_000
"""Of one message, and of a buffer before it is flushed by itself."""


class Context:
    """Gathers text, and speaks what is flushed.

    Args:
        socket: Where the audio goes.
        voice: How it is spoken.
        name: The context's id.
        config: The options it was created with.
        spawn: Runs something beside.

    Attributes:
        closed: Whether the client has closed it.
    """

    def __init__(
        self,
        socket: Socket,
        voice: ToneVoice,
        name: str,
        config: Json,
        spawn: Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"],
    ) -> None:
        self.closed = False
        self._socket = socket
        self._voice = voice
        self._name = name
        self._config = config
        self._spawn = spawn
        self._text = ""
        self._waiting: asyncio.Task[None] | None = None
        self._flushed: asyncio.Queue[str | None] = asyncio.Queue()

    async def created(self) -> None:
        """Tell that the context is there."""
        await self._tell("contextCreated", dict(self._config))

    def add(self, text: str, at_once: bool) -> str | None:
        """Take more text.

        Args:
            text: The text; empty text only keeps the connection alive.
            at_once: Whether it is flushed.

        Returns:
            What is wrong with it.
        """
        if len(text) > _MOST_CHARACTERS:
            return "The text is too long."
        self._text += text
        enough = int(self._config.get("bufferCharThreshold") or _MOST_CHARACTERS)
        if self._text and (self._config.get("autoMode") or at_once or len(self._text) >= enough):
            self.flush()
        elif self._text and self._waiting is None and self._config.get("maxBufferDelayMs"):
            self._waiting = self._spawn(self._wait())
        return None

    def flush(self) -> None:
        """Speak what there is."""
        self._flushed.put_nowait(self._text)
        self._text = ""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()

    def close(self) -> None:
        """Speak what there is, and end."""
        self.closed = True
        if self._text:
            self.flush()
        self._flushed.put_nowait(None)

    async def run(self, ended: Callable[[], object]) -> None:
        """Speak what is flushed, until the context is closed; then call ``ended``."""
        while (text := await self._flushed.get()) is not None:
            async for chunk in chunks(text, self._voice, self._config):
                await self._tell("audioChunk", chunk)
            await self._tell("flushCompleted", {})
        ended()
        await self._tell("contextClosed", {})

    async def _wait(self) -> None:
        await wait(int(self._config["maxBufferDelayMs"]) / 1000)
        self._waiting = None
        self.flush()

    async def _tell(self, what: str, content: dict[str, Any]) -> None:
        result = {"contextId": self._name, what: content, "status": status()}
        await self._socket.send({"result": result})


__all__ = ["Context"]

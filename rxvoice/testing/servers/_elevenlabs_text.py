"""Text that is spoken as it comes."""

import asyncio
from collections.abc import Callable, Mapping

from ._call import Call
from ._clock import wait
from ._elevenlabs_shapes import audio_message, format_of
from ._exchange import Json
from ._socket import Socket
from ._voice import ToneVoice

_ENOUGH = 120
"""Characters after which text is spoken without being flushed."""


class Opening:
    """What the first message of a text settles: the key, and how the voice is set.

    Args:
        holds: Whether a key, of the first message or none, is that of a client.
    """

    def __init__(self, holds: Callable[[str | None], bool]) -> None:
        self._holds = holds
        self._first: Json | None = None

    async def admits(self, socket: Socket, fields: Json) -> bool:
        """Return whether a message may stand; after one that may not the websocket is closed."""
        settings = fields.get("voice_settings")
        if self._first is None:
            self._first = fields
            if not self._holds(fields.get("xi_api_key")):
                await violated(socket, "invalid_api_key", "Invalid API key")
                return False
        elif settings is not None and settings != self._first.get("voice_settings"):
            text = "voice_settings may be given in the first message and not change after it."
            await violated(socket, "invalid_voice_settings", text)
            return False
        return True


async def violated(socket: Socket, error: str, text: str) -> None:
    """Tell what a client did wrong, and close."""
    await socket.send({"message": text, "error": error, "code": 1008})
    await socket.close(1008, text[:100])  # a reason has at most 123 bytes


class SpokenText:
    """Gathers text, and speaks what is flushed, in order.

    Args:
        call: The request; its query says how the audio is encoded.
        socket: Where the audio goes.
        voice: How it is spoken.
        extra: What every message carries besides.
    """

    def __init__(
        self, call: Call, socket: Socket, voice: ToneVoice, extra: Mapping[str, object]
    ) -> None:
        query = call.exchange.query
        self._socket = socket
        self._voice = voice
        self._extra = extra
        self._format = format_of(query) or ("pcm", 16_000)
        self._at_once = query.get("auto_mode") == "true"
        self._aligned = query.get("sync_alignment") == "true"
        self._text = ""
        self._flushed: asyncio.Queue[str] = asyncio.Queue()
        self._task = call.spawn(self._speak())

    def add(self, text: str, *, flush: bool = False) -> None:
        """Take more text; blanks before the first letter are not spoken."""
        self._text += text if self._text else text.lstrip()
        if flush or self._at_once or len(self._text) >= _ENOUGH:
            self.flush()

    def flush(self) -> None:
        """Speak what there is."""
        if self._text:
            self._flushed.put_nowait(self._text)
        self._text = ""

    async def finished(self) -> None:
        """Wait until all that was flushed is spoken."""
        await self._flushed.join()

    def stop(self) -> None:
        """Speak no more."""
        self._task.cancel()

    async def _speak(self) -> None:
        encoding, rate = self._format
        while True:
            text = await self._flushed.get()
            for pause, piece in self._voice.timed(text, rate):
                await wait(pause)
                message: Json = audio_message(piece, encoding, aligned=self._aligned)
                await self._socket.send({**message, **self._extra})
            self._flushed.task_done()


__all__ = ["Opening", "SpokenText", "violated"]

"""LMNT's speech session: JSON down, binary audio back."""

import asyncio

from ._call import Call
from ._clock import wait
from ._exchange import Json, Message, fields_of
from ._socket import Socket
from ._voice import ToneVoice, encoded

_ENOUGH = 120
"""Characters after which text is spoken without being flushed."""

_FORMATS = {"pcm_s16le": "pcm", "ulaw": "ulaw"}


def error_of(kind: str, text: str) -> Json:
    """Return an error's message."""
    error = {"type": kind, "message": text}
    return {"type": "error", "error": error, "request_id": "fake"}


class Admission:
    """Judges the first message of a session.

    Args:
        key: The key that clients must have; None: any.
    """

    def __init__(self, key: str | None) -> None:
        self._key = key

    def wrong(self, message: Message | None) -> tuple[str, str] | None:
        """What is wrong: a kind of error and a text."""
        fields = fields_of(message or {})
        if fields.get("type", "init") != "init" or "X-API-Key" not in fields:
            return "invalid_request_error", "The first message must be init, with X-API-Key."
        if self._key not in (None, fields["X-API-Key"]):
            return "authentication_error", "The API key is not valid."
        if fields.get("lmnt-version") != "1.1":
            return "invalid_request_error", "This fake speaks version 1.1."
        if not isinstance(fields.get("voice"), str) or not fields["voice"]:
            return "invalid_request_error", "voice is required."
        if fields.get("format", "mp3") not in _FORMATS:
            return "invalid_request_error", "This fake speaks pcm_s16le and ulaw."
        if fields.get("sample_rate", 24_000) not in (24_000, 16_000, 8_000):
            return "invalid_request_error", "sample_rate must be 24000, 16000 or 8000."
        return None


async def speak(call: Call, voice: ToneVoice, admission: Admission) -> None:
    """Serve one websocket."""
    async with call.socket() as socket:
        first = await socket.receive()
        if first is None:
            return
        if wrong := admission.wrong(first):
            await _end(socket, *wrong)
            return
        await socket.send({"type": "ready", "request_id": f"fake{call.exchange.number}"})
        session = _Session(call, socket, voice, fields_of(first))
        async for message in socket:
            match message:
                case {"type": "text", "text": str(text)}:
                    session.add(text)
                case {"type": "flush", "nonce": int(nonce)}:
                    session.flush(nonce)
                case {"type": "reset", "nonce": int(nonce)}:
                    session.clear()
                    await socket.send({"type": "reset_complete", "nonce": nonce})
                case {"type": "finish"}:
                    session.flush(None)
                    await session.spoken()
                    return
                case _:
                    await _end(socket, "invalid_request_error", "Unknown message.")
                    return


async def _end(socket: Socket, kind: str, text: str) -> None:
    await socket.send(error_of(kind, text))
    await socket.close(1008, text)


class _Session:
    """Gathers text, and speaks what is flushed, one after the other."""

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice, init: Json) -> None:
        self._socket = socket
        self._voice = voice
        self._encoding = _FORMATS[init["format"]]
        self._rate = int(init.get("sample_rate", 24_000))
        self._text = ""
        self._flushed: asyncio.Queue[tuple[str, int | None]] = asyncio.Queue()
        call.spawn(self._run())

    def add(self, text: str) -> None:
        """Take more text."""
        self._text += text
        if len(self._text) >= _ENOUGH:
            self.flush(None)

    def flush(self, nonce: int | None) -> None:
        """Speak what there is, and tell that it is spoken, unless the nonce is None."""
        self._flushed.put_nowait((self._text, nonce))
        self._text = ""

    def clear(self) -> None:
        """Forget the text that was not flushed."""
        self._text = ""

    async def spoken(self) -> None:
        """Wait until all that was flushed is spoken."""
        await self._flushed.join()

    async def _run(self) -> None:
        while True:
            text, nonce = await self._flushed.get()
            for pause, piece in self._voice.timed(text, self._rate):
                await wait(pause)
                await self._socket.send(encoded(piece.samples, self._encoding))
            if nonce is not None:
                await self._socket.send({"type": "flush_complete", "nonce": nonce})
            self._flushed.task_done()


__all__ = ["Admission", "error_of", "speak"]

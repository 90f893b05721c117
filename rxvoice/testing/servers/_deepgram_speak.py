"""Deepgram's ``/v1/speak``, over a websocket and over HTTP."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from ._call import Call
from ._clock import now, wait
from ._deepgram_ids import MODEL_UUID, request_id
from ._exchange import Exchange, Message
from ._socket import Socket
from ._voice import ToneVoice, encoded, endless_wav_head

_RATES = {
    "linear16": (24_000, 8_000, 16_000, 32_000, 48_000),
    "mulaw": (8_000, 16_000),
    "alaw": (8_000, 16_000),
}
"""Samples a second that each encoding may have, the usual first."""

_MOST_CHARACTERS = 2_000
_MOST_FLUSHES = 20
_MINUTE = 60.0


async def speak(call: Call, voice: ToneVoice) -> None:
    """Serve one websocket: text is spoken when it is flushed, at most 20 times in a minute.

    What is said of further flushes is documented, but not its code.
    """
    async with call.socket() as socket:
        speaker = _Speaker(call, socket, voice)
        await socket.send(speaker.metadata())
        async for message in socket:
            match message:
                case {"type": "Speak", "text": str(text)}:
                    await speaker.add(text)
                case {"type": "Flush"} if speaker.may_flush():
                    speaker.flush()
                case {"type": "Flush"}:
                    warning = "No further Flush is processed within a minute."
                    await socket.send(_warning("FLUSH_LIMIT_EXCEEDED", warning))
                case {"type": "Clear"}:
                    await speaker.clear()
                case {"type": "Close"}:
                    if speaker.pending:
                        speaker.flush()
                    await speaker.spoken()
                    return
                case _:
                    warning = "Failed to parse the client's message."
                    await socket.send(_warning("DATA-0001", warning))


async def generate(call: Call, voice: ToneVoice) -> None:
    """Answer one request with audio."""
    text = str(call.exchange.json.get("text", ""))
    if len(text) > _MOST_CHARACTERS:
        await call.refuse(413, "Input text exceeds the maximum character limit of 2000.")
        return
    encoding, rate = _format(call.exchange.query)
    headers = {"dg-model-name": _model(call), "dg-char-count": str(len(text))}
    content_type = {"mulaw": "audio/mulaw", "alaw": "audio/alaw"}.get(encoding, "audio/l16")
    contained = encoding == "linear16" and call.exchange.query.get("container") != "none"
    if contained:
        content_type = "audio/wav"
    async with call.stream("bytes", content_type, headers=headers) as answer:
        head = endless_wav_head(rate) if contained else b""
        for pause, piece in voice.timed(text, rate):
            await wait(pause)
            await answer.send(head + encoded(piece.samples, encoding))
            head = b""


class _Speaker:
    """Speaks what was flushed, one text after the other."""

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice) -> None:
        self._call = call
        self._socket = socket
        self._voice = voice
        self._encoding, self._rate = _format(call.exchange.query)
        self._text = ""
        self._flushed: asyncio.Queue[str] = asyncio.Queue()
        self._sequence = -1
        self._flushes: deque[float] = deque()
        self._task = call.spawn(self._speak())

    @property
    def pending(self) -> bool:
        """Whether there is text that was not flushed."""
        return bool(self._text)

    def metadata(self) -> Message:
        """Return what is sent first."""
        return {
            "type": "Metadata",
            "request_id": request_id(self._call.exchange.number),
            "model_name": _model(self._call),
            "model_version": "2026-01-01.0",
            "model_uuid": MODEL_UUID,
        }

    async def add(self, text: str) -> None:
        """Take more text."""
        if len(self._text) + len(text) > _MOST_CHARACTERS:
            warning = "The buffered text exceeds the limit of 2000 characters."
            await self._socket.send(_warning("SPEAK_TEXT_TOO_LONG", warning))
        else:
            self._text += text

    def may_flush(self) -> bool:
        """Return whether a flush is one of those that are allowed, and count it."""
        while self._flushes and self._flushes[0] <= now() - _MINUTE:
            self._flushes.popleft()
        if len(self._flushes) >= _MOST_FLUSHES:
            return False
        self._flushes.append(now())
        return True

    def flush(self) -> None:
        """Speak what there is."""
        self._flushed.put_nowait(self._text)
        self._text = ""

    async def clear(self) -> None:
        """Forget all text, and what is being spoken."""
        self._text = ""
        self._flushed = asyncio.Queue()
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._socket.send({"type": "Cleared", "sequence_id": self._next()})
        self._task = self._call.spawn(self._speak())

    async def spoken(self) -> None:
        """Wait until all that was flushed is spoken."""
        await self._flushed.join()

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    async def _speak(self) -> None:
        flushed = self._flushed
        while True:
            text = await flushed.get()
            for pause, piece in self._voice.timed(text, self._rate):
                await wait(pause)
                await self._socket.send(encoded(piece.samples, self._encoding))
            await self._socket.send({"type": "Flushed", "sequence_id": self._next()})
            flushed.task_done()


def _format(query: Mapping[str, Any]) -> tuple[str, int]:
    """The encoding and the samples a second."""
    encoding = str(query.get("encoding", "linear16"))
    return encoding, int(query.get("sample_rate", _RATES[encoding][0]))


def wrong_speak(exchange: Exchange) -> str | None:
    """What is wrong with a request for speech."""
    usual = "mp3" if exchange.method == "POST" else "linear16"
    encoding = exchange.query.get("encoding", usual)
    rates = _RATES.get(encoding)
    if rates is None:
        return f"This fake speaks linear16, mulaw and alaw, not {encoding}."
    rate = exchange.query.get("sample_rate", str(rates[0]))
    if rate not in map(str, rates):
        return f"Unsupported audio format: {encoding} with a sample_rate of {rate}."
    return None


def _warning(code: str, text: str) -> Message:
    return {"type": "Warning", "code": code, "description": text}


def _model(call: Call) -> str:
    return str(call.exchange.query.get("model", "aura-2-thalia-en"))


__all__ = ["generate", "speak", "wrong_speak"]

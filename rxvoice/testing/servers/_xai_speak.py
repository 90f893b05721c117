"""xAI's ``/v1/tts``, over a websocket and over HTTP."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from ._call import Call
from ._clock import wait
from ._exchange import Exchange, Message, fields_of
from ._socket import Socket
from ._voice import ToneVoice, encoded
from ._xai_listen import RATES

_CODECS: Final = {"pcm": "audio/pcm", "mulaw": "audio/basic", "alaw": "audio/alaw"}
_FLAGS: Final = ("text_normalization", "with_timestamps")
_LONGEST: Final = 15_000
"""Characters of a request, and of one piece of text."""

_KNOWN: Final = frozenset({"text", "voice_id", "language", "output_format", "speed", *_FLAGS})
_SENTENCE: Final = re.compile(r".*?[.!?…]+(?=\s)", re.DOTALL)


def wrong_socket(query: Mapping[str, str]) -> str | None:
    """Say what is wrong with a request for a websocket."""
    for name in _FLAGS:
        if query.get(name, "true") not in ("true", "false"):
            return f"{name} must be true or false."
    if not query.get("language"):
        return "language is required."
    return _wrong_format(query.get("codec", "mp3"), query.get("sample_rate", "24000"))


def wrong_request(exchange: Exchange) -> str | None:
    """Say what is wrong with a request for speech."""
    asked = exchange.json
    for name in set(asked) - _KNOWN - {"optimize_streaming_latency"}:
        return f"Unknown field: {name}."
    if not asked.get("text") or len(asked["text"]) > _LONGEST:
        return "text must have between 1 and 15000 characters."
    if not asked.get("language"):
        return "language is required."
    if asked.get("with_timestamps"):
        return "This fake tells no times."
    output = fields_of(asked.get("output_format") or {})
    return _wrong_format(output.get("codec", "mp3"), str(output.get("sample_rate", 24_000)))


async def generate(call: Call, voice: ToneVoice) -> None:
    """Answer one request with audio."""
    asked = call.exchange.json
    codec, rate = asked["output_format"]["codec"], int(asked["output_format"]["sample_rate"])
    async with call.stream("bytes", _CODECS[codec]) as answer:
        for pause, piece in voice.timed(asked["text"], rate):
            await wait(pause)
            await answer.send(encoded(piece.samples, codec))


async def speak(call: Call, voice: ToneVoice) -> None:
    """Serve one websocket: utterances one after the other, spoken sentence by sentence."""
    async with call.socket() as socket:
        speaker = _Speaker(call, socket, voice)
        async for message in socket:
            match message:
                case {"type": "text.delta", "delta": str(text)} if 0 < len(text) <= _LONGEST:
                    speaker.add(text)
                case {"type": "text.done"}:
                    speaker.end()
                case {"type": "text.clear"}:
                    await speaker.clear()
                case _:
                    await socket.send(_error("The message could not be read."))


class _Speaker:
    """Speaks what it is given.

    ``None`` among the texts ends an utterance.
    """

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice) -> None:
        query = call.exchange.query
        self._call = call
        self._socket = socket
        self._voice = voice
        self._codec = query["codec"]
        self._rate = int(query.get("sample_rate", "24000"))
        self._text = ""
        self._utterances = 0
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        self._task = call.spawn(self._speak())

    def add(self, text: str) -> None:
        """Take more text; whole sentences are spoken at once."""
        self._text += text
        while sentence := _SENTENCE.match(self._text):
            self._texts.put_nowait(sentence[0])
            self._text = self._text[sentence.end() :]

    def end(self) -> None:
        """Speak the rest, and end the utterance."""
        if self._text.strip():
            self._texts.put_nowait(self._text)
        self._text = ""
        self._texts.put_nowait(None)

    async def clear(self) -> None:
        """Forget all text, and what is being spoken."""
        self._text = ""
        self._texts = asyncio.Queue()
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._socket.send({"type": "audio.clear"})
        self._task = self._call.spawn(self._speak())

    async def _speak(self) -> None:
        texts = self._texts
        while True:
            text = await texts.get()
            if text is None:
                self._utterances += 1
                number = f"{self._call.exchange.number}-{self._utterances}"
                await self._socket.send({"type": "audio.done", "trace_id": f"fake{number}"})
                continue
            for pause, piece in self._voice.timed(text, self._rate):
                await wait(pause)
                audio = b64encode(encoded(piece.samples, self._codec)).decode()
                await self._socket.send({"type": "audio.delta", "delta": audio})


def _wrong_format(codec: Any, rate: str) -> str | None:
    if codec not in _CODECS:
        return f"This fake speaks pcm, mulaw and alaw, not {codec}."
    return None if rate in RATES else "Unsupported sample_rate."


def _error(text: str) -> Message:
    return {"type": "error", "message": text}


__all__ = ["generate", "speak", "wrong_request", "wrong_socket"]

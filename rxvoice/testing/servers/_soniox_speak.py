"""Soniox's websocket of speech: several streams on one socket."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ._call import Call
from ._clock import wait
from ._exchange import Json, Message, fields_of
from ._socket import Socket
from ._soniox_shapes import error, receive
from ._voice import Speech, ToneVoice, encoded

_FORMATS = {"pcm_s16le": "linear16", "pcm_mulaw": "mulaw", "pcm_alaw": "alaw"}
_NEEDED = ("model", "language", "voice", "audio_format")
_FIELDS = {
    *_NEEDED,
    "api_key",
    "bitrate",
    "client_reference_id",
    "reduce_silence",
    "return_timestamps",
    "sample_rate",
    "speed",
    "stream_id",
}


_LONGEST = 120.0
"""Seconds that a stream may last; what is told then is not documented."""


@dataclass(frozen=True, slots=True)
class SpeakOptions:
    """How `speak` behaves; see `FakeSoniox`."""

    streams: int
    idle: float
    holds: Callable[[object], bool]


async def speak(call: Call, voice: ToneVoice, options: SpeakOptions) -> None:
    """Serve one websocket.

    A stream ends by its end or its error, or after two minutes, and the others go on.
    """
    async with call.socket() as socket:
        streams: dict[str, _Stream] = {}
        while (message := await receive(socket, options.idle)) is not None:
            fields = fields_of(message)
            if fields == {"keep_alive": True}:
                continue
            name = str(fields.get("stream_id", ""))
            stream = streams.get(name)
            wrong = _wrong(message, name, stream, len(streams), options)
            if wrong is not None:
                await socket.send(wrong | ({"stream_id": name} if name else {}))
                if name:
                    await _Stream.end(streams.pop(name, None), socket, name)
            elif stream is None:
                streams[name] = _Stream(call, socket, voice, fields, streams)
            elif fields.get("cancel"):
                await _Stream.end(streams.pop(name), socket, name)
            else:
                stream.take(fields)


def _wrong(
    message: Message, name: str, stream: "_Stream | None", count: int, options: SpeakOptions
) -> dict[str, Any] | None:
    """What is wrong with a message."""
    if not isinstance(message, Mapping):
        return error(400, "Request is malformed.")
    if not name:
        return error(400, "Missing required field: stream_id")
    if stream is None:
        return _wrong_config(message, name, count, options)
    if "model" in message:
        return error(400, f"Stream {name} already exists")
    if message.get("cancel"):
        return None
    if set(message) - {"stream_id", "text", "text_end"} or not isinstance(message.get("text"), str):
        return error(400, "Text request is malformed.")
    return error(400, "Text after text_end") if stream.complete else None


def _wrong_config(
    config: Mapping[str, Any], name: str, count: int, options: SpeakOptions
) -> dict[str, Any] | None:
    if "text" in config or "cancel" in config:
        return error(400, f"Stream {name} not found")
    if not options.holds(config.get("api_key")):
        return error(401)
    for field in _NEEDED:
        if not config.get(field):
            return error(400, f"Missing required field: {field}")
    if unknown := set(config) - _FIELDS:
        return error(400, f"Unknown field: {min(unknown)}")
    if config["audio_format"] not in _FORMATS or not config.get("sample_rate"):
        return error(400, "This fake speaks pcm_s16le, pcm_mulaw and pcm_alaw at a sample_rate.")
    if count >= options.streams:
        return error(429, f"Maximum of {options.streams} concurrent streams exceeded.")
    return None


class _Stream:
    """One stream.

    Attributes:
        complete: Whether its text is at its end.
    """

    def __init__(
        self,
        call: Call,
        socket: Socket,
        voice: ToneVoice,
        config: Json,
        streams: "dict[str, _Stream]",
    ) -> None:
        self.complete = False
        self._socket = socket
        self._voice = voice
        self._config = config
        self._name = str(config["stream_id"])
        self._streams = streams
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        self._task = call.spawn(self._speak())
        call.spawn(self._expire())

    def take(self, fields: Json) -> None:
        """Take a message with text."""
        if fields["text"]:
            self._texts.put_nowait(fields["text"])
        if fields.get("text_end"):
            self.complete = True
            self._texts.put_nowait(None)

    @staticmethod
    async def end(stream: "_Stream | None", socket: Socket, name: str) -> None:
        """Speak no more, and tell it."""
        if stream is not None:
            stream._task.cancel()
            await asyncio.wait([stream._task])
        await socket.send({"terminated": True, "stream_id": name})

    async def _expire(self) -> None:
        await wait(_LONGEST)
        if self._streams.get(self._name) is self:
            del self._streams[self._name]
            await self._socket.send(error(408) | {"stream_id": self._name})
            await _Stream.end(self, self._socket, self._name)

    async def _speak(self) -> None:
        """Speak each text as it comes; the last piece of audio is told with the end."""
        offset = 0.0
        while (text := await self._texts.get()) is not None:
            for pause, piece in self._voice.timed(text, self._config["sample_rate"]):
                await wait(pause)
                await self._socket.send(self._audio(piece, offset))
                offset += piece.duration
        self._streams.pop(self._name, None)
        await self._socket.send({"audio": "", "audio_end": True, "stream_id": self._name})
        await self._socket.send({"terminated": True, "stream_id": self._name})

    def _audio(self, piece: Speech, offset: float) -> Json:
        encoding = _FORMATS[self._config["audio_format"]]
        message: dict[str, Any] = {
            "audio": b64encode(encoded(piece.samples, encoding)).decode(),
            "stream_id": self._name,
        }
        if self._config.get("return_timestamps"):
            starts = [round(offset + start, 6) for start in piece.starts]
            message["timestamps"] = {
                "characters": list(piece.text),
                "character_start_times_seconds": starts,
                "character_end_times_seconds": [round(s + piece.character, 6) for s in starts],
            }
        return message


__all__ = ["SpeakOptions", "speak"]

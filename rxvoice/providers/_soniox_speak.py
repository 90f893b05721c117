"""Soniox's ``/tts-websocket``: messages and options."""

import json
import math
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from rxvoice.providers._address import socket_address
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields, text
from rxvoice.providers._soniox_listen import KEY
from rxvoice.providers._soniox_tokens import NAME, error_of
from rxvoice.providers._spelling import Character, Spelling
from rxvoice.providers._voice import (
    Audio,
    Done,
    Failed,
    VoiceDialect,
    VoiceEvent,
    Words,
    words_with_audio,
)
from rxvoice.providers._websocket import Frame, Opening, Received

TTS_URL: Final = "wss://tts-rt.soniox.com"

_KEEPALIVE: Final = '{"keep_alive":true}'


@dataclass(frozen=True, slots=True, kw_only=True)
class SonioxSpeak(VoiceDialect):
    """Options of `rxvoice.providers.soniox.soniox_tts`."""

    provider: ClassVar[str] = NAME
    contexts: ClassVar[int] = 5
    lasts: ClassVar[float | None] = 90.0
    keepalive_after: ClassVar[float] = 8.0
    words_apart: ClassVar[bool] = True

    voice: str
    model: str
    language: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = TTS_URL
    sample_rate: int = 24_000
    speed: float | None = None
    reduce_silence: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        for name in ("voice", "model", "language"):
            if not getattr(self, name):
                raise ValueError(f"{name} must be given")
        if self.sample_rate <= 0:
            raise ValueError(f"sample_rate must be positive, got {self.sample_rate}")

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    async def open(self) -> Opening:
        """Return what a websocket is opened with; the key comes with each stream."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        return Opening(socket_address(self.base_url, "/tts-websocket"), {}, (key,))

    def begin(self, context: str, /) -> Iterable[Frame]:
        """Open a stream with its options."""
        options = {"speed": self.speed, "reduce_silence": self.reduce_silence}
        told: dict[str, Any] = {
            "api_key": provider_key(self.api_key, KEY, provider=NAME),
            "stream_id": context,
            "model": self.model,
            "language": self.language.replace("_", "-").partition("-")[0].lower(),
            "voice": self.voice,
            "audio_format": "pcm_s16le",
            "sample_rate": self.sample_rate,
            "return_timestamps": True,
            **{name: value for name, value in options.items() if value is not None},
            **self.extra,
        }
        return (json.dumps(told),)

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say a text; texts are put together as they are."""
        return (_said(context, f"{text} " if whole else text),)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """End a stream."""
        return (_said(context, "", end=True),)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Stop a stream."""
        return (json.dumps({"stream_id": context, "cancel": True}),)

    def keepalive(self, contexts: Sequence[str], /) -> Iterable[Frame]:
        """Keep the websocket, which is closed after half a minute without a message."""
        return (_KEEPALIVE,)

    def shares(self, new: Any, /) -> bool:
        """Return whether a websocket serves other options, too: each stream has its own."""
        mine = (self.base_url, self.api_key)
        return isinstance(new, SonioxSpeak) and mine == (new.base_url, new.api_key)

    def reader(self) -> "StreamReader":
        """Return a reader for a websocket."""
        return StreamReader()


class StreamReader:
    """Reads what ``/tts-websocket`` says."""

    def __init__(self) -> None:
        self._spelt: dict[str, Spelling] = {}

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        told = fields(message)
        stream = text(told.get("stream_id"))
        if "error_code" in told:
            self._spelt.pop(stream, None)
            if not stream:
                raise error_of(told)
            yield Failed(stream, error_of(told))
            return
        if "audio" in told:
            yield from self._audio(stream, told)
        if told.get("terminated") is True:
            self._spelt.pop(stream, None)
            yield Done(stream)

    def _audio(self, stream: str, told: Mapping[str, Any]) -> Iterator[VoiceEvent]:
        """The words that are complete by now come before their sound, if times came at all."""
        spelling = self._spelt.setdefault(stream, Spelling())
        times = told.get("timestamps")

        def words() -> Words:
            found = list(spelling.take(_characters(times))) if times is not None else []
            if told.get("audio_end") is True:
                found += spelling.rest()
            known = spelling.end if spelling.pending is None else spelling.pending
            until = known if times is not None else math.inf
            return Words(stream, tuple(found), until=until)

        data = b64decode(told["audio"], validate=True)
        yield from words_with_audio(words, Audio(stream, data))


def _characters(times: Mapping[str, Any]) -> Iterator[Character]:
    """Return characters with their times, which count from the first sample of the stream."""
    return zip(
        times["characters"],
        times["character_start_times_seconds"],
        times["character_end_times_seconds"],
        strict=True,
    )


def _said(context: str, said: str, *, end: bool = False) -> str:
    told = {"stream_id": context, "text": said, "text_end": end}
    return json.dumps(told, ensure_ascii=False)


__all__ = ["TTS_URL", "SonioxSpeak", "StreamReader"]

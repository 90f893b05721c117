"""Inworld's speech, by websocket with contexts and by HTTP: messages and options."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, TypeAlias

from rxvoice.providers._address import page_address, socket_address
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import Body, HttpVoiceDialect
from rxvoice.providers._inworld_reader import NAME, InworldReader, LinesReader
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import text as text_of
from rxvoice.providers._voice import VoiceDialect
from rxvoice.providers._websocket import Frame, Opening

URL: Final = "https://api.inworld.ai"
KEY: Final = "INWORLD_API_KEY"

DeliveryMode: TypeAlias = Literal["STABLE", "BALANCED", "CREATIVE"]
Normalization: TypeAlias = Literal["ON", "OFF"]

_LONGEST: Final = 1_000
"""Characters of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InworldOptions:
    """What a voice is asked for, by websocket and by HTTP."""

    voice_id: str
    model_id: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language: str | None = None
    sample_rate: int = 24_000
    speaking_rate: float | None = None
    temperature: float | None = None
    delivery_mode: DeliveryMode | None = None
    apply_text_normalization: Normalization | None = None
    timestamps: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if not self.voice_id:
            raise ValueError("voice_id must be the id of a voice")
        if not 8_000 <= self.sample_rate <= 48_000:
            wrong = self.sample_rate
            raise ValueError(f"sample_rate must lie between 8000 and 48000, got {wrong}")

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    def key(self) -> str:
        """Return the key, as it is now."""
        return provider_key(self.api_key, KEY, provider=NAME)

    def config(self) -> dict[str, Any]:
        """Return the options by the vendor's names."""
        audio = {
            "audioEncoding": "PCM",
            "sampleRateHertz": self.sample_rate,
            "speakingRate": self.speaking_rate,
        }
        config = {
            "voiceId": self.voice_id,
            "modelId": self.model_id,
            "audioConfig": _given(audio),
            "language": self.language,
            "temperature": self.temperature,
            "deliveryMode": self.delivery_mode,
            "applyTextNormalization": self.apply_text_normalization,
            "timestampType": "WORD" if self.timestamps else None,
            "timestampTransportStrategy": "SYNC" if self.timestamps else None,
        }
        return {**_given(config), **_given(self.extra)}


@dataclass(frozen=True, slots=True, kw_only=True)
class InworldSpeak(InworldOptions, VoiceDialect):
    """Options of `rxvoice.providers.inworld.inworld_tts`."""

    provider: ClassVar[str] = NAME
    contexts: ClassVar[int] = 5
    keepalive_after: ClassVar[float] = 60.0
    marks: ClassVar[bool] = True
    ends: ClassVar[bool] = True
    longest: ClassVar[int] = _LONGEST

    async def open(self) -> Opening:
        """Return what a websocket is opened with."""
        key = self.key()
        url = socket_address(self.base_url, "/tts/v1/voice:streamBidirectional")
        return Opening(url, {"Authorization": f"Basic {key}"}, (key,))

    def begin(self, context: str, /) -> Iterable[Frame]:
        """Create a context, whose answer need not be waited for."""
        return (_asked("create", self.config(), context),)

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Add a text, and have it spoken at once when it is whole."""
        for at in range(0, len(text), _LONGEST):
            said: dict[str, Any] = {"text": text[at : at + _LONGEST]}
            if whole and at + _LONGEST >= len(text):
                said["flush_context"] = {}
            yield _asked("send_text", said, context)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """Close a context, which speaks first what it was sent."""
        return (_asked("close_context", {}, context),)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Close a context; what it speaks still is ignored."""
        return (_asked("close_context", {}, context),)

    def keepalive(self, contexts: Sequence[str], /) -> Iterable[Frame]:
        """Send no text to the contexts that are open; after 10 minutes they would be closed."""
        return [_asked("send_text", {"text": ""}, context) for context in contexts]

    def shares(self, new: Any, /) -> bool:
        """Return whether a websocket serves other options, too: all belong to a context."""
        mine = (self.base_url, self.api_key)
        return isinstance(new, InworldSpeak) and mine == (new.base_url, new.api_key)

    def reader(self) -> InworldReader:
        """Return a reader for a websocket."""
        return InworldReader(self.sample_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class InworldGenerate(InworldOptions, HttpVoiceDialect):
    """Options of `rxvoice.providers.inworld.inworld_tts_http`."""

    provider: ClassVar[str] = NAME
    body: ClassVar[Body] = "lines"

    @property
    def longest(self) -> int:
        """Characters of a request."""
        return 2_000

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = self.key()
        return Request(
            page_address(self.base_url, "/tts/v1/voice:stream"),
            {"Authorization": f"Basic {key}", "accept": "application/json"},
            {"text": text, **self.config()},
            secrets=(key,),
        )

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says."""
        return Refusal(text_of(body.get("message")))

    def reader(self) -> LinesReader:
        """Return a reader for an answer."""
        return LinesReader()


def _asked(what: str, content: Mapping[str, Any], context: str) -> str:
    return json.dumps({what: content, "contextId": context}, ensure_ascii=False)


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


__all__ = ["URL", "DeliveryMode", "InworldGenerate", "InworldSpeak", "Normalization"]

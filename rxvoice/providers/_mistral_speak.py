"""Mistral's ``/v1/audio/speech``: requests and options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rxvoice.providers._address import page_address
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import Body, HttpVoiceDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import text as text_of
from rxvoice.providers._mistral_listen import KEY, NAME, URL
from rxvoice.providers._openai_speech import SpeechEvents
from rxvoice.providers._samples import Encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class MistralSpeak(HttpVoiceDialect):
    """Options of `rxvoice.providers.mistral.mistral_tts`."""

    provider: ClassVar[str] = NAME
    body: ClassVar[Body] = "sse"

    model: str
    voice_id: str | None
    ref_audio: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    expressiveness: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def encoding(self) -> Encoding:
        """Floats of 32 bit; 24 kHz."""
        return "float32"

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        asked: dict[str, Any] = {
            "model": self.model,
            "input": text,
            "voice_id": self.voice_id,
            "ref_audio": self.ref_audio,
            "response_format": "pcm",
            "stream": True,
            "expressiveness": self.expressiveness,
            **self.extra,
        }
        body = {name: value for name, value in asked.items() if value is not None}
        url = page_address(self.base_url, "/v1/audio/speech")
        return Request(url, {"authorization": f"Bearer {key}"}, body, secrets=(key,))

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says: names, for words may repeat what is to be spoken."""
        name = text_of(body.get("type")) or text_of(body.get("code"))
        return Refusal(name or "refused", name)

    def reader(self) -> SpeechEvents:
        """Return a reader for an answer."""
        return SpeechEvents(NAME, "audio_data")


__all__ = ["MistralSpeak"]

"""xAI's ``/v1/tts`` by HTTP: requests and options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rxvoice.providers._address import page_address
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import HttpVoiceDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._openai_file import explain
from rxvoice.providers._xai_listen import KEY, NAME, URL
from rxvoice.providers._xai_speak import LANGUAGES, LONGEST, check_sound


@dataclass(frozen=True, slots=True, kw_only=True)
class XaiGenerate(HttpVoiceDialect):
    """Options of `rxvoice.providers.xai.xai_tts_http`."""

    provider: ClassVar[str] = NAME

    voice: str
    language: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 24_000
    speed: float | None = None
    optimize_streaming_latency: int | None = None
    text_normalization: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        check_sound(self.sample_rate, self.speed)

    @property
    def longest(self) -> int:
        """Characters of a request."""
        return LONGEST

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.sample_rate

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        asked: dict[str, Any] = {
            "text": text,
            "voice_id": self.voice,
            "language": language_code(self.language, LANGUAGES, provider=NAME),
            "output_format": {"codec": "pcm", "sample_rate": self.sample_rate},
            "speed": self.speed,
            "optimize_streaming_latency": self.optimize_streaming_latency,
            "text_normalization": self.text_normalization,
            **self.extra,
        }
        body = {name: value for name, value in asked.items() if value is not None}
        url = page_address(self.base_url, "/v1/tts")
        return Request(url, {"authorization": f"Bearer {key}"}, body, secrets=(key,))

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says."""
        return explain(body)


__all__ = ["XaiGenerate"]

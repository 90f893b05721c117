"""Speechmatics' speech by HTTP: requests and options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final
from urllib.parse import quote

from rxvoice.providers._address import Parameter, page_address
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import HttpVoiceDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import text as text_of
from rxvoice.providers._speechmatics_listen import KEY
from rxvoice.providers._speechmatics_reader import NAME

TTS_URL: Final = "https://preview.tts.speechmatics.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechmaticsSpeak(HttpVoiceDialect):
    """Options of `rxvoice.providers.speechmatics.speechmatics_tts`."""

    provider: ClassVar[str] = NAME

    voice: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = TTS_URL
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        if not self.voice:
            raise ValueError("voice must be given")

    @property
    def rate(self) -> int:
        """Samples a second: the vendor gives no other."""
        return 16_000

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        query: dict[str, Parameter] = {"output_format": "pcm_16000", **self.extra}
        url = page_address(self.base_url, f"/generate/{quote(self.voice, safe='')}", query)
        return Request(url, {"Authorization": f"Bearer {key}"}, {"text": text}, secrets=(key,))

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says."""
        return Refusal(text_of(body.get("error")))


__all__ = ["TTS_URL", "SpeechmaticsSpeak"]

"""Deepgram's ``/v1/speak`` by HTTP: requests and options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rxvoice.providers._address import Parameter, page_address
from rxvoice.providers._deepgram_listen import KEY, NAME, URL
from rxvoice.providers._deepgram_speak import check_rate
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import HttpVoiceDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import text as text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramGenerate(HttpVoiceDialect):
    """Options of `rxvoice.providers.deepgram.deepgram_tts_http`."""

    provider: ClassVar[str] = NAME

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 24_000
    mip_opt_out: bool | None = None
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        check_rate(self.sample_rate)

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.sample_rate

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        query: dict[str, Parameter] = {
            "model": self.model,
            "encoding": "linear16",
            "container": "none",
            "sample_rate": self.sample_rate,
            "mip_opt_out": self.mip_opt_out,
            **self.extra,
        }
        url = page_address(self.base_url, "/v1/speak", query)
        return Request(url, {"Authorization": f"Token {key}"}, {"text": text}, secrets=(key,))

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says."""
        return Refusal(text_of(body.get("err_msg")), text_of(body.get("err_code")))


__all__ = ["DeepgramGenerate"]

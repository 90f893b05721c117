"""Soniox's ``/transcribe-websocket``: options, and how it is spoken to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from rxvoice.providers._address import socket_address
from rxvoice.providers._ear import EarDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._soniox_tokens import NAME, TokenReader
from rxvoice.providers._websocket import Frame, Opening

URL: Final = "wss://stt-rt.soniox.com"
KEY: Final = "SONIOX_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SonioxListen(EarDialect):
    """Options of `rxvoice.providers.soniox.soniox_stt`."""

    provider: ClassVar[str] = NAME
    keepalive_after: ClassVar[float] = 8.0

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 16_000
    language_hints: Sequence[str] = ()
    language_hints_strict: bool | None = None
    enable_language_identification: bool | None = None
    enable_speaker_diarization: bool | None = None
    enable_endpoint_detection: bool | None = None
    max_endpoint_delay_ms: int | None = None
    context: Mapping[str, Any] | None = None
    translation: Mapping[str, Any] | None = None
    p99: float = 0.35
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return self.sample_rate

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    async def open(self) -> Opening:
        """Return what a connection is opened with; the key comes in the first message."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        return Opening(socket_address(self.base_url, "/transcribe-websocket"), {}, (key,))

    def greet(self) -> Iterable[Frame]:
        """Tell the options."""
        told: dict[str, Any] = {
            "api_key": provider_key(self.api_key, KEY, provider=NAME),
            "model": self.model,
            "audio_format": "pcm_s16le",
            "sample_rate": self.sample_rate,
            "num_channels": 1,
            "language_hints": list(map(_base, self.language_hints)) or None,
            "language_hints_strict": self.language_hints_strict,
            "enable_language_identification": self.enable_language_identification,
            "enable_speaker_diarization": self.enable_speaker_diarization,
            "enable_endpoint_detection": self.enable_endpoint_detection,
            "max_endpoint_delay_ms": self.max_endpoint_delay_ms,
            "context": self.context,
            "translation": self.translation,
            **self.extra,
        }
        return (json.dumps({name: value for name, value in told.items() if value is not None}),)

    def finalize(self) -> Iterable[Frame]:
        """Ask for what is not final yet."""
        return ('{"type":"finalize"}',)

    def keepalive(self) -> Iterable[Frame]:
        """Keep the connection, which is closed after 20 s without a message."""
        return ('{"type":"keepalive"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the audio, which an empty message does."""
        return ("",)

    def reader(self) -> TokenReader:
        """Return a reader for a connection."""
        return TokenReader()


def _base(language: str) -> str:
    """Return a language without its region: Soniox knows no regions."""
    return language.replace("_", "-").partition("-")[0].lower()


__all__ = ["KEY", "URL", "SonioxListen"]

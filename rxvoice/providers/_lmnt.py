"""LMNT's speech session, and its speech by HTTP: messages and options."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from rxvoice.errors import ProviderRejected
from rxvoice.providers._address import page_address, socket_address
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import HttpVoiceDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._loose import fields
from rxvoice.providers._loose import text as text_of
from rxvoice.providers._voice import Audio, SentenceDone, VoiceDialect, VoiceEvent
from rxvoice.providers._websocket import Frame, Opening, Received

URL: Final = "https://api.lmnt.com"
KEY: Final = "LMNT_API_KEY"
NAME: Final = "lmnt"
VERSION: Final = "1.1"

RATES: Final = (8_000, 16_000, 24_000)
"""Samples a second that LMNT gives."""

LANGUAGES: Final = frozenset(
    {"auto", "ar", "as", "bn", "cs", "da", "de", "en", "es", "fi", "fr", "hi", "id", "it", "ja"}
    | {"ko", "ml", "mr", "nl", "pl", "pt", "ru", "sk", "sv", "ta", "te", "th", "tr", "uk", "ur"}
    | {"vi", "zh"}
)

_STATUSES: Final = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "payment_required_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
}
"""HTTP statuses by the kinds of errors that the vendor tells."""

_FLUSH: Final = '{"type":"flush","nonce":1}'


@dataclass(frozen=True, slots=True, kw_only=True)
class LmntOptions:
    """What a voice is asked for, by websocket and by HTTP."""

    voice: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language: str | None = None
    sample_rate: int = 24_000
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if not self.voice:
            raise ValueError("voice must be the id of a voice")
        if self.sample_rate not in RATES:
            raise ValueError(f"sample_rate must be one of {RATES}, got {self.sample_rate}")

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    def key(self) -> str:
        """Return the key, as it is now."""
        return provider_key(self.api_key, KEY, provider=NAME)

    def parameters(self) -> dict[str, Any]:
        """Return the options by the vendor's names."""
        parameters = {
            "voice": self.voice,
            "format": "pcm_s16le",
            "sample_rate": self.sample_rate,
            "language": self.language and language_code(self.language, LANGUAGES, provider=NAME),
            **self.extra,
        }
        return {name: value for name, value in parameters.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class LmntSpeak(LmntOptions, VoiceDialect):
    """Options of `rxvoice.providers.lmnt.lmnt_tts`.

    A session has no verb that takes back what was flushed: an interruption drops it.
    """

    provider: ClassVar[str] = NAME
    marks: ClassVar[bool] = True

    async def open(self) -> Opening:
        """Return what a websocket is opened with; its first message tells the key."""
        return Opening(socket_address(self.base_url, "/v1/ai/speech/stream"), {}, (self.key(),))

    def greet(self) -> Iterable[Frame]:
        """Begin the session."""
        begun = {"type": "init", "X-API-Key": self.key(), "lmnt-version": VERSION}
        return (json.dumps({**begun, **self.parameters()}),)

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Add a text, and have it spoken at once when it is whole."""
        said = json.dumps({"type": "text", "text": text}, ensure_ascii=False)
        return (said, _FLUSH) if whole else (said,)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """Have spoken what was not; each flush is answered once."""
        return () if whole else (_FLUSH,)

    def goodbye(self) -> Iterable[Frame]:
        """End the session."""
        return ('{"type":"finish"}',)

    def reader(self) -> "LmntReader":
        """Return a reader for a websocket."""
        return LmntReader()


class LmntReader:
    """Reads what a speech session says."""

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        if isinstance(message, bytes):
            yield Audio(None, message)
            return
        told = fields(message)
        match told.get("type"):
            case "flush_complete":
                yield SentenceDone(None)
            case "error":
                kind = text_of(fields(told.get("error")).get("type")) or "error"
                failed = f"the server tells of an error ({kind})"
                status = _STATUSES.get(kind, 500)
                raise ProviderRejected(failed, provider=NAME, status=status, code=kind)
            case _:
                pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LmntGenerate(LmntOptions, HttpVoiceDialect):
    """Options of `rxvoice.providers.lmnt.lmnt_tts_http`."""

    provider: ClassVar[str] = NAME

    @property
    def longest(self) -> int:
        """Characters of a request."""
        return 5_000

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = self.key()
        return Request(
            page_address(self.base_url, "/v1/ai/speech/bytes"),
            {"X-API-Key": key, "lmnt-version": VERSION, "accept": "application/octet-stream"},
            {"text": text, **self.parameters()},
            secrets=(key,),
        )

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says, of whichever version of the interface."""
        told = body.get("error")
        message = told if isinstance(told, str) else fields(told).get("message")
        return Refusal(text_of(message), text_of(fields(told).get("type")))


__all__ = ["URL", "LmntGenerate", "LmntReader", "LmntSpeak"]

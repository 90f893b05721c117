"""Rime's websocket ``ws3`` and its speech by HTTP: messages and options."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.providers._address import Parameter, page_address, socket_address
from rxvoice.providers._http_request import Request
from rxvoice.providers._http_voice import HttpVoiceDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._rime_reader import NAME, RimeReader
from rxvoice.providers._voice import VoiceDialect
from rxvoice.providers._websocket import Frame, Opening

URL: Final = "wss://users-ws.rime.ai"
HTTP_URL: Final = "https://users.rime.ai"
KEY: Final = "RIME_API_KEY"

LONGEST: Final = 1_000
"""Characters of one message, or request."""

_TIMED: Final = frozenset({"en", "eng", "es", "spa"})
_LANGUAGES: Final = _TIMED | {
    *("ar", "ara", "de", "ger", "fr", "fra", "hi", "hin", "ja", "jpn", "pt", "por")
}

_FLUSH = '{"operation":"flush"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class RimeOptions:
    """What a voice is asked for, by websocket and by HTTP."""

    speaker: str
    model_id: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str
    language: str | None = None
    sample_rate: int = 24_000
    speed_alpha: float | None = None
    time_scale_factor: float | None = None
    temperature: float | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    pause_between_brackets: bool | None = None
    phonemize_between_brackets: bool | None = None
    no_text_normalization: bool | None = None
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        if not self.speaker:
            raise ValueError("speaker must be the name of a voice")
        if not 4_000 <= self.sample_rate <= 96_000:
            wrong = self.sample_rate
            raise ValueError(f"sample_rate must lie between 4000 and 96000, got {wrong}")

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    def key(self) -> str:
        """Return the key, as it is now."""
        return provider_key(self.api_key, KEY, provider=NAME)

    def parameters(self) -> dict[str, Parameter]:
        """Return the options by the vendor's names."""
        return {
            "speaker": self.speaker,
            "modelId": self.model_id,
            "lang": _code(self.language),
            "samplingRate": self.sample_rate,
            "speedAlpha": self.speed_alpha,
            "timeScaleFactor": self.time_scale_factor,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "repetition_penalty": self.repetition_penalty,
            "pauseBetweenBrackets": self.pause_between_brackets,
            "phonemizeBetweenBrackets": self.phonemize_between_brackets,
            "noTextNormalization": self.no_text_normalization,
            **self.extra,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RimeSpeak(RimeOptions, VoiceDialect):
    """Options of `rxvoice.providers.rime.rime_tts`."""

    provider: ClassVar[str] = NAME
    marks: ClassVar[bool] = True
    alone: ClassVar[bool] = True
    words_apart: ClassVar[bool] = True
    longest: ClassVar[int] = LONGEST

    async def open(self) -> Opening:
        """Return what a websocket is opened with."""
        key = self.key()
        query: dict[str, Parameter] = {
            "audioFormat": "pcm",
            "segment": "never",
            **self.parameters(),
        }
        url = socket_address(self.base_url, "/ws3", query)
        return Opening(url, {"Authorization": f"Bearer {key}"}, (key,))

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Add a text, and have it spoken at once when it is whole."""
        for at in range(0, len(text), LONGEST):
            said = {"text": text[at : at + LONGEST], "contextId": context}
            yield json.dumps(said, ensure_ascii=False)
        if whole:
            yield _FLUSH

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """Have spoken what was not."""
        return () if whole else (_FLUSH,)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Forget what was not flushed; what is being spoken comes to its end, and is ignored."""
        return ('{"operation":"clear"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the websocket."""
        return ('{"operation":"eos"}',)

    def closed(self, code: int, reason: str, /) -> ProviderError | None:
        """Return what a close means, whose reason may begin with an HTTP status."""
        status = reason[:3]
        if not status.isdecimal() or status[0] not in "45":
            return None
        told = f"the server closed the websocket with code {code} and status {status}"
        return ProviderRejected(told, provider=NAME, status=int(status))

    def reader(self) -> RimeReader:
        """Return a reader for a websocket."""
        return RimeReader(self.sample_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class RimeSpeakUntimed(RimeSpeak):
    """The same for languages whose words have no times, for which no audio waits then."""

    words_apart: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RimeGenerate(RimeOptions, HttpVoiceDialect):
    """Options of `rxvoice.providers.rime.rime_tts_http`."""

    provider: ClassVar[str] = NAME

    @property
    def longest(self) -> int:
        """Characters of a request."""
        return LONGEST

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        key = self.key()
        asked: dict[str, Any] = {"text": text, **self.parameters()}
        return Request(
            page_address(self.base_url, "/v1/rime-tts"),
            {"Authorization": f"Bearer {key}", "accept": "audio/L16"},
            {name: value for name, value in asked.items() if value is not None},
            secrets=(key,),
        )


def is_timed(language: str | None) -> bool:
    """Return whether words of a language have times."""
    return (_code(language) or "en") in _TIMED


def _code(language: str | None) -> str | None:
    return language and language_code(language, _LANGUAGES, provider=NAME)


__all__ = [
    "HTTP_URL",
    "URL",
    "RimeGenerate",
    "RimeSpeak",
    "RimeSpeakUntimed",
    "is_timed",
]

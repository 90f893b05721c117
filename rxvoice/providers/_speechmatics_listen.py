"""Speechmatics' realtime websocket: options, and how it is spoken to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Self

from rxvoice.errors import ProviderError
from rxvoice.providers._address import socket_address
from rxvoice.providers._ear_own import OwnDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._speechmatics_reader import NAME, ResultReader, error_of
from rxvoice.providers._websocket import Frame, Opening

URL: Final = "wss://eu.rt.speechmatics.com"
KEY: Final = "SPEECHMATICS_API_KEY"

_CODES: Final = """
ar ar_en ba be bg bn ca cmn cmn_en cmn_en_ms_ta cs cy da de el en en_ms en_ta eo es et eu fa fi fr
ga gl he hi hr hu ia id it ja ko lt lv mn mr ms mt nl no pl pt ro ru sk sl sv sw ta th tl tr ug uk
ur vi yue
"""
LANGUAGES: Final = tuple(_CODES.split())
"""Languages that Speechmatics knows, as of August 2026."""

_OTHERS: Final = {"fil": "tl", "nb": "no", "nn": "no", "zh": "cmn"}
"""What Speechmatics calls languages otherwise than BCP 47 does."""

_CHANGEABLE: Final = (
    "enable_partials",
    "end_of_utterance_silence_trigger",
    "max_delay",
    "max_delay_mode",
    "volume_threshold",
)
"""Options that a running recognition may be told of."""


class Sent:
    """Counts the messages with audio of one connection.

    Attributes:
        count: How many were sent.
    """

    def __init__(self) -> None:
        self.count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechmaticsListen(OwnDialect):
    """Options of `rxvoice.providers.speechmatics.speechmatics_stt`."""

    provider: ClassVar[str] = NAME
    waits: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {
        "end_of_utterance_silence_trigger": (0.0, 2.0),
        "max_delay": (0.7, 4.0),
        "target_languages": (0, 5),
        "volume_threshold": (0.0, 100.0),
    }

    language: str
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 16_000
    enable_partials: bool = True
    max_delay: float = 1.0
    max_delay_mode: str | None = None
    end_of_utterance_silence_trigger: float | None = None
    volume_threshold: float | None = None
    diarization: str | None = None
    output_locale: str | None = None
    domain: str | None = None
    additional_vocab: Sequence[str | Mapping[str, Any]] = ()
    target_languages: Sequence[str] = ()
    p99: float = 0.74
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sent: Sent = field(default_factory=Sent, compare=False, repr=False)

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return self.sample_rate

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    def anew(self) -> Self:
        """Return the same with nothing sent."""
        return replace(self, sent=Sent())

    async def open(self) -> Opening:
        """Return what a connection is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        url = socket_address(self.base_url, "/v2")
        return Opening(url, {"Authorization": f"Bearer {key}"}, (key,))

    def greet(self) -> Iterable[Frame]:
        """Start the recognition."""
        self.sent.count = 0
        config = _given(
            language=code_of(self.language),
            model=self.model,
            diarization=self.diarization,
            output_locale=self.output_locale,
            domain=self.domain,
            additional_vocab=list(self.additional_vocab) or None,
        )
        told: dict[str, Any] = {
            "message": "StartRecognition",
            "audio_format": {
                "type": "raw",
                "encoding": "pcm_s16le",
                "sample_rate": self.sample_rate,
            },
            "transcription_config": {**config, **self._changeable(), **self.extra},
        }
        if self.target_languages:
            goals = {"target_languages": list(map(code_of, self.target_languages))}
            told["translation_config"] = {**goals, "enable_partials": self.enable_partials}
        return (json.dumps(told),)

    def audio(self, pcm: bytes, /) -> Frame:
        """Count audio that is sent."""
        self.sent.count += 1
        return pcm

    def finalize(self) -> Iterable[Frame]:
        """End the utterance."""
        return ('{"message":"ForceEndOfUtterance"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the stream."""
        return (json.dumps({"message": "EndOfStream", "last_seq_no": self.sent.count}),)

    def change(self, new: "SpeechmaticsListen", /) -> Iterable[Frame] | None:
        """Tell of options that may change while a recognition runs."""
        told = {name: getattr(new, name) for name in _CHANGEABLE}
        gone = any(getattr(self, n) is not None and told[n] is None for n in _CHANGEABLE)
        if gone or replace(self, **told) != new:
            return None
        config = {"language": code_of(self.language), **new._changeable()}
        return (json.dumps({"message": "SetRecognitionConfig", "transcription_config": config}),)

    def closed(self, code: int, reason: str, /) -> ProviderError | None:
        """Return what Speechmatics' own close codes mean."""
        return error_of(reason, code) if code >= 4000 or code in (1003, 1008) else None

    def reader(self) -> ResultReader:
        """Return a reader for a connection."""
        return ResultReader(self.language)

    def _changeable(self) -> dict[str, Any]:
        pause, volume = self.end_of_utterance_silence_trigger, self.volume_threshold
        return _given(
            enable_partials=self.enable_partials,
            max_delay=self.max_delay,
            max_delay_mode=self.max_delay_mode,
            conversation_config=None
            if pause is None
            else {"end_of_utterance_silence_trigger": pause},
            audio_filtering_config=None if volume is None else {"volume_threshold": volume},
        )


def code_of(language: str) -> str:
    """Return Speechmatics' code of a BCP 47 tag."""
    base = language.strip().replace("_", "-").partition("-")[0].lower()
    return _OTHERS.get(base) or language_code(language, LANGUAGES, provider=NAME)


def _given(**options: Any) -> dict[str, Any]:
    """Return what is not None."""
    return {name: value for name, value in options.items() if value is not None}


__all__ = ["KEY", "LANGUAGES", "URL", "Sent", "SpeechmaticsListen", "code_of"]

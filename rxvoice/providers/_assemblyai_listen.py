"""AssemblyAI's ``/v3/ws``: messages and options."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from rxvoice.errors import ProviderError
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._assemblyai_turns import DENIED, NAME, TurnReader, error_of
from rxvoice.providers._ear import EarDialect
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._websocket import Frame, Opening

URL: Final = "wss://streaming.assemblyai.com"
KEY: Final = "ASSEMBLYAI_API_KEY"

VERSION: Final = "2025-05-12"
"""Of the interface; every connection names it."""

LANGUAGES: Final = ("en", "es", "de", "fr", "pt", "it")
"""Languages that all models but Whisper know."""

_PATIENT: Final = {"min_turn_silence": 1200, "max_turn_silence": 2400}
"""Milliseconds of silence after which AssemblyAI ends a turn, where a voice detector does it."""

_TELLABLE: Final = (
    "end_of_turn_confidence_threshold",
    "keyterms_prompt",
    "language_codes",
    "max_turn_silence",
    "min_turn_silence",
    "prompt",
    "vad_threshold",
)
"""Options that a running connection may be told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssemblyAIListen(EarDialect):
    """Options of `rxvoice.providers.assemblyai.assemblyai_stt`."""

    provider: ClassVar[str] = NAME
    chunk: ClassVar[float] = 0.05
    watchdog: ClassVar[float | None] = 0.5
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {
        "end_of_turn_confidence_threshold": (0.0, 1.0),
        "vad_threshold": (0.0, 1.0),
    }

    speech_model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    turns: bool = False
    sample_rate: int = 16_000
    format_turns: bool = True
    language_codes: Sequence[str] = ()
    language_detection: bool | None = None
    keyterms_prompt: Sequence[str] = ()
    prompt: str | None = None
    end_of_turn_confidence_threshold: float | None = None
    min_turn_silence: int | None = None
    max_turn_silence: int | None = None
    vad_threshold: float | None = None
    speaker_labels: bool | None = None
    p99: float = 0.42
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return self.sample_rate

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    async def open(self) -> Opening:
        """Return what a connection is opened with; lists are written as JSON."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        told = {name: self._told(name) for name in _TELLABLE}
        query: dict[str, Parameter] = {
            "speech_model": self.speech_model,
            "encoding": "pcm_s16le",
            "sample_rate": self.sample_rate,
            "format_turns": self.format_turns,
            "language_detection": self.language_detection,
            "speaker_labels": self.speaker_labels,
            **{name: json.dumps(v) if isinstance(v, list) else v for name, v in told.items() if v},
            **self.extra,
        }
        url = socket_address(self.base_url, "/v3/ws", query)
        return Opening(url, {"Authorization": key, "AssemblyAI-Version": VERSION}, (key,))

    def finalize(self) -> Iterable[Frame]:
        """End the turn, unless AssemblyAI judges its end."""
        return () if self.turns else ('{"type":"ForceEndpoint"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the session."""
        return ('{"type":"Terminate"}',)

    def change(self, new: "AssemblyAIListen", /) -> Iterable[Frame] | None:
        """Tell of options that may change; the others are in the address."""
        told = {name: getattr(new, name) for name in _TELLABLE}
        if replace(self, **told) != new:
            return None
        changed = {n: new._told(n) for n in _TELLABLE if getattr(self, n) != getattr(new, n)}
        if None in changed.values():
            return None
        return (json.dumps({"type": "UpdateConfiguration", **changed}),)

    def closed(self, code: int, reason: str, /) -> ProviderError | None:
        """Return what AssemblyAI's own close codes mean."""
        return error_of(code) if code >= 3000 or code in DENIED else None

    def reader(self) -> "TurnReader":
        """Return a reader for a connection."""
        return TurnReader(formatted=self.format_turns, turns=self.turns)

    def _told(self, name: str) -> Any:
        match name:
            case "language_codes":
                return [language_code(one, LANGUAGES, provider=NAME) for one in self.language_codes]
            case "keyterms_prompt":
                return list(self.keyterms_prompt)
            case _:
                value = getattr(self, name)
                return _PATIENT.get(name) if value is None and not self.turns else value


__all__ = ["KEY", "LANGUAGES", "NAME", "URL", "VERSION", "AssemblyAIListen"]

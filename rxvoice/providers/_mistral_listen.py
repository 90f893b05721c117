"""Mistral's realtime recognition: messages and options."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from rxvoice.errors import ProviderRejected
from rxvoice.items import Transcript, UserResumed, UserStarted, UserStopped, UserStopping
from rxvoice.providers._address import socket_address
from rxvoice.providers._ear import EarDialect, EarEvent, Finalized, Ready
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields, text
from rxvoice.providers._openai_languages import short_language
from rxvoice.providers._websocket import Frame, Opening, Received

URL: Final = "https://api.mistral.ai"
KEY: Final = "MISTRAL_API_KEY"
NAME: Final = "mistral"

_ENOUGH: Final = 2_000
"""Characters after which a sentence's end makes a transcript of what was told."""

_ENDS: Final = (".", "?", "!", "。", "？", "！", "؟", "।")

_TURNS: Final[Mapping[str, type[UserStarted | UserStopping | UserResumed]]] = {
    "turn.start": UserStarted,
    "turn.eager_end": UserStopping,
    "turn.resume": UserResumed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MistralListen(EarDialect):
    """Options of `rxvoice.providers.mistral.mistral_stt`."""

    provider: ClassVar[str] = NAME
    waits: ClassVar[bool] = True
    watchdog: ClassVar[float | None] = 0.5
    rates: ClassVar[tuple[int, ...]] = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {"target_streaming_delay_ms": (80, 2400)}

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language: str | None = None
    sample_rate: int = 16_000
    target_streaming_delay_ms: int | None = None
    context_bias: Sequence[str] = ()
    turn_detection: Mapping[str, Any] | None = None
    p99: float = 1.0

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return self.sample_rate

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    async def open(self) -> Opening:
        """Return what a connection is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        path = "/v1/audio/transcriptions/realtime"
        url = socket_address(self.base_url, path, {"model": self.model})
        return Opening(url, {"Authorization": f"Bearer {key}"}, (key,))

    def greet(self) -> Iterable[Frame]:
        """Set up the session, which cannot be changed once there was audio."""
        settings: dict[str, Any] = {
            "audio_format": {"encoding": "pcm_s16le", "sample_rate": self.sample_rate},
            "target_streaming_delay_ms": self.target_streaming_delay_ms,
            "language": short_language(self.language, provider=NAME),
            "context_bias": list(self.context_bias) or None,
            "turn_detection": self.turn_detection,
        }
        session = {name: value for name, value in settings.items() if value is not None}
        return (json.dumps({"type": "session.update", "session": session}),)

    def audio(self, pcm: bytes, /) -> Frame:
        """Return audio as an event."""
        return json.dumps({"type": "input_audio.append", "audio": b64encode(pcm).decode()})

    def finalize(self) -> Iterable[Frame]:
        """Ask for the words that are held back, unless the server detects turns."""
        return () if self.turn_detection is not None else ('{"type":"input_audio.flush"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the audio."""
        return ('{"type":"input_audio.end"}',)

    def reader(self) -> "VoxtralReader":
        """Return a reader for a connection."""
        return VoxtralReader(self.language)


class VoxtralReader:
    """Reads the events of one session.

    Args:
        language: The one that was asked for.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._text = ""
        self._began = 0.0
        self._is_ready = self._heard = False

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what an event means."""
        told = fields(message)
        match told.get("type"):
            case "session.updated":
                self._is_ready = True
                yield Ready()
            case "transcription.language":
                self._language = text(told.get("audio_language")) or self._language
            case "transcription.text.delta":
                self._text, self._heard = self._text + told["text"], True
                if len(self._text) >= _ENOUGH and self._text.rstrip().endswith(_ENDS):
                    yield replace(self._final(self._text, told), is_finalized=False)
                elif self._text.strip():
                    yield Transcript(self._text.strip(), False, language=self._language, raw=told)
            case "transcription.done":
                # Its text may be that of the whole session: what was told already is not.
                content = self._text if self._heard else told["text"]
                yield self._final(content, told) if content.strip() else Finalized()
            case "turn.end":
                if self._text.strip():
                    yield self._final(self._text, told, end=told["time_s"])
                yield UserStopped(NAME, told["time_s"])
            case str(kind) if kind in _TURNS:
                if kind == "turn.start":
                    self._began = told["time_s"]
                yield _TURNS[kind](NAME, told["time_s"])
            case "error":
                raise self._error(fields(told.get("error")))
            case _:
                pass

    def _final(self, content: str, told: Mapping[str, Any], end: float = 0.0) -> Transcript:
        self._text = ""
        return Transcript(
            content.strip(),
            is_final=True,
            is_finalized=True,
            language=text(told.get("language")) or self._language,
            pts=self._began if end else 0.0,
            end=end,
            raw=told,
        )

    def _error(self, told: Mapping[str, Any]) -> ProviderRejected:
        code = told.get("code")
        name = str(code) if isinstance(code, int | str) else "error"
        status = 500 if self._is_ready else 400
        message = f"the server tells of an error ({name})"
        return ProviderRejected(message, provider=NAME, status=status, code=name)


__all__ = ["KEY", "NAME", "URL", "MistralListen", "VoxtralReader"]

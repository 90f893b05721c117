"""ElevenLabs' ``/v1/speech-to-text/realtime``: messages and options."""

import json
import logging
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Transcript
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._ear import EarDialect, EarEvent, Ended, Finalized, Ready
from rxvoice.providers._elevenlabs_languages import code_of, tag_of
from rxvoice.providers._elevenlabs_words import confidence_of, speaker_of, words_of
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields, text
from rxvoice.providers._websocket import Frame, Opening, Received

logger = logging.getLogger(__name__)

URL: Final = "wss://api.elevenlabs.io"
KEY: Final = "ELEVENLABS_API_KEY"
NAME: Final = "elevenlabs"

RATES: Final = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""Samples a second that ElevenLabs takes and gives."""

_DONE: Final = 1000

_STATUSES: Final = {
    "auth_error": 401,
    "chunk_size_exceeded": 413,
    "error": 500,
    "input_error": 400,
    "invalid_request": 400,
    "queue_overflow": 503,
    "quota_exceeded": 402,
    "rate_limited": 429,
    "resource_exhausted": 503,
    "transcriber_error": 500,
    "unaccepted_terms": 403,
}
"""HTTP statuses that the vendor's errors stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScribeListen(EarDialect):
    """Options of `rxvoice.providers.elevenlabs.elevenlabs_stt`."""

    provider: ClassVar[str] = NAME
    waits: ClassVar[bool] = True
    rates: ClassVar[tuple[int, ...]] = RATES
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {"keyterms": (0, 50)}

    model_id: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language_code: str | None = None
    sample_rate: int = 16_000
    commit_strategy: Literal["manual", "vad"] = "manual"
    include_timestamps: bool = False
    include_language_detection: bool = False
    vad_silence_threshold_secs: float | None = None
    vad_threshold: float | None = None
    min_speech_duration_ms: int | None = None
    min_silence_duration_ms: int | None = None
    keyterms: Sequence[str] = ()
    no_verbatim: bool | None = None
    p99: float = 0.41
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
        """Return what a connection is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        query: dict[str, Parameter] = {
            "model_id": self.model_id,
            "audio_format": f"pcm_{self.sample_rate}",
            "language_code": self.language_code and code_of(self.language_code),
            "commit_strategy": self.commit_strategy,
            "include_timestamps": self.include_timestamps,
            "include_language_detection": self.include_language_detection,
            "vad_silence_threshold_secs": self.vad_silence_threshold_secs,
            "vad_threshold": self.vad_threshold,
            "min_speech_duration_ms": self.min_speech_duration_ms,
            "min_silence_duration_ms": self.min_silence_duration_ms,
            "keyterms": self.keyterms,
            "no_verbatim": self.no_verbatim,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v1/speech-to-text/realtime", query)
        return Opening(url, {"xi-api-key": key}, (key,))

    def audio(self, pcm: bytes, /) -> Frame:
        """Return audio as it is sent."""
        return self._chunk(pcm, commit=False)

    def finalize(self) -> Iterable[Frame]:
        """Commit what was sent, unless the server does so by itself."""
        return () if self.commit_strategy == "vad" else (self._chunk(b"", commit=True),)

    def closed(self, code: int, reason: str, /) -> Ended | None:
        """Return what a close code means: by 1000 sessions end that were quiet for too long."""
        return Ended() if code == _DONE else None

    def reader(self) -> "ScribeReader":
        """Return a reader for a connection."""
        return ScribeReader(
            language=tag_of(self.language_code),
            is_asked=self.commit_strategy == "manual",
            is_detailed=self.include_timestamps or self.include_language_detection,
        )

    def _chunk(self, pcm: bytes, *, commit: bool) -> str:
        return json.dumps(
            {
                "message_type": "input_audio_chunk",
                "audio_base_64": b64encode(pcm).decode(),
                "commit": commit,
                "sample_rate": self.sample_rate,
            }
        )


class ScribeReader:
    """Reads what Scribe says.

    Where details are asked for, they come after the transcript, in a message that has all of it
    once more; only when something else comes is the transcript given without.

    Args:
        language: The one that was asked for.
        is_asked: Whether commits answer the client, and not pauses of the user's.
        is_detailed: Whether details are asked for.
    """

    def __init__(self, *, language: str | None, is_asked: bool, is_detailed: bool) -> None:
        self._language = language
        self._is_asked = is_asked
        self._is_detailed = is_detailed
        self._waiting: Mapping[str, Any] | None = None

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        kind = text(told.get("message_type"))
        if kind == "committed_transcript_with_timestamps":
            self._waiting = None
            if told["text"].strip():
                yield self._committed(told)
            return
        yield from self.rest()
        match kind:
            case "session_started":
                yield Ready()
            case "partial_transcript":
                if told["text"].strip():
                    yield self._transcript(told)
            case "committed_transcript" if not told["text"].strip():
                yield from [Finalized()] * self._is_asked
            case "committed_transcript" if self._is_detailed:
                self._waiting = told
            case "committed_transcript":
                yield self._committed(told)
            case "commit_throttled":  # there was nothing to speak of; the server hangs up
                yield Finalized()
                yield Ended()
            case "insufficient_audio_activity" | "session_time_limit_exceeded":
                yield Ended()
            case "warning":
                _tell(kind, told)
                yield Fault(NAME, "the server warns of something")
            case _ if kind in _STATUSES:
                _tell(kind, told)
                raise error_of(kind)
            case _:
                pass

    def rest(self) -> Iterator[EarEvent]:
        """Return a transcript whose details do not come."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            yield self._committed(waiting)

    def _committed(self, told: Mapping[str, Any]) -> Transcript:
        return self._transcript(told, is_final=True, is_finalized=self._is_asked)

    def _transcript(
        self, told: Mapping[str, Any], *, is_final: bool = False, is_finalized: bool = False
    ) -> Transcript:
        words = words_of(told.get("words"))
        return Transcript(
            told["text"].strip(),
            is_final=is_final,
            is_finalized=is_finalized,
            language=tag_of(told.get("language_code")) or self._language,
            words=words,
            speaker=speaker_of(told.get("words")),
            pts=words[0].pts if words else 0.0,
            end=words[-1].end if words else 0.0,
            confidence=confidence_of(told.get("words")),
            raw=told,
        )


def error_of(kind: str) -> ProviderError:
    """Return the error that a message of this kind tells of."""
    return ProviderRejected(
        f"the server tells of an error ({kind})", provider=NAME, status=_STATUSES[kind], code=kind
    )


def _tell(kind: str, told: Mapping[str, Any]) -> None:
    what = told.get("error") or told.get("warning")
    logger.debug("%s: %s", NAME, kind, extra={"pii.text": what})


__all__ = ["KEY", "NAME", "RATES", "URL", "ScribeListen", "ScribeReader", "error_of"]

"""What a client sets in OpenAI's session of realtime transcription."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ._exchange import Json, fields_of

LIVE_MODELS: Final = ("gpt-live-transcribe", "gpt-realtime-whisper")
"""Models that transcribe while audio comes, and take no turn detection."""

_ENCODINGS: Final = {"audio/pcm": "linear16", "audio/pcmu": "mulaw", "audio/pcma": "alaw"}
_KNOWN: Final = frozenset({"format", "transcription", "noise_reduction", "turn_detection"})
_KNOWN_TRANSCRIPTION: Final = frozenset(
    {"model", "language", "languages", "keywords", "prompt", "delay"}
)
_SERVER_VAD: Final = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
}


class NotTaken(Exception):
    """A setting that the vendor refuses.

    Args:
        message: Why.
        param: Which.
        code: The vendor's name of it.
    """

    def __init__(self, message: str, param: str | None = None, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.param = param
        self.code = code


def _start() -> dict[str, Any]:
    return {
        "format": {"type": "audio/pcm", "rate": 24_000},
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(_SERVER_VAD),
    }


@dataclass(slots=True)
class TranscriptionSession:
    """The session of one connection.

    Attributes:
        id_: Of the session.
        input: Its settings for audio.
    """

    id_: str
    input: dict[str, Any] = field(default_factory=_start)

    @property
    def encoding(self) -> str:
        """Of the audio, as the fakes name it."""
        return _ENCODINGS[self.input["format"]["type"]]

    @property
    def bytes_a_second(self) -> float:
        """Of the audio."""
        return 48_000.0 if self.encoding == "linear16" else 8_000.0

    @property
    def model(self) -> str:
        """That transcribes; empty while none is set."""
        return str(fields_of(self.input["transcription"] or {}).get("model", ""))

    @property
    def silence(self) -> float | None:
        """Seconds of silence after which the server commits; None when it never does."""
        detection = self.input["turn_detection"]
        return None if detection is None else detection["silence_duration_ms"] / 1000.0

    @property
    def padding(self) -> float:
        """Seconds before speech that the server counts to it."""
        detection = self.input["turn_detection"]
        return 0.0 if detection is None else detection["prefix_padding_ms"] / 1000.0

    def json(self) -> Json:
        """Return it as the server tells it."""
        return {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": self.id_,
            "expires_at": 1_800_000_000,
            "audio": {"input": dict(self.input)},
            "include": None,
        }

    def update(self, session: Mapping[str, Any]) -> None:
        """Change it.

        Raises:
            NotTaken: When the vendor refuses a setting.
        """
        if session.get("type") != "transcription":
            raise NotTaken("session.type must be 'transcription'.", "session.type")
        given = fields_of(fields_of(session.get("audio", {})).get("input", {}))
        for name in set(given) - _KNOWN:
            raise NotTaken("Unknown parameter.", f"session.audio.input.{name}")
        new = {**self.input, **given}
        _check_format(fields_of(new["format"]))
        _check_transcription(fields_of(new["transcription"] or {}))
        if given.get("turn_detection"):
            new["turn_detection"] = {**_SERVER_VAD, **given["turn_detection"]}
        if new["turn_detection"] and fields_of(new["transcription"] or {}).get("model") in (
            LIVE_MODELS
        ):
            raise NotTaken(
                "Turn detection is not supported for this transcription model.",
                "session.audio.input.turn_detection",
            )
        self.input = new


def _check_format(format_: Mapping[str, Any]) -> None:
    kind = format_.get("type")
    if kind not in _ENCODINGS or (kind == "audio/pcm" and format_.get("rate") != 24_000):
        raise NotTaken("Only PCM of 24 kHz, μ-law and A-law.", "session.audio.input.format")


def _check_transcription(transcription: Mapping[str, Any]) -> None:
    param = "session.audio.input.transcription"
    for name in set(transcription) - _KNOWN_TRANSCRIPTION:
        raise NotTaken("Unknown parameter.", f"{param}.{name}")
    if "language" in transcription and "languages" in transcription:
        raise NotTaken("Give 'language' or 'languages'.", f"{param}.language")
    if "delay" in transcription and transcription.get("model") != "gpt-realtime-whisper":
        raise NotTaken("Only gpt-realtime-whisper takes a delay.", f"{param}.delay")


__all__ = ["LIVE_MODELS", "NotTaken", "TranscriptionSession"]

"""What Speechmatics' realtime websocket may be asked."""

from collections.abc import Mapping
from typing import Any

from ._exchange import Message

CODES = {
    "invalid_model": 4004,
    "internal_error": 1011,
    "job_error": 4013,
    "not_allowed": 4003,
    "not_authorised": 4001,
    "protocol_error": 1003,
    "quota_exceeded": 4005,
    "timelimit_exceeded": 4006,
}
"""The websocket's close code after an error of a type; 1003 after others."""

WIDTHS = {"pcm_s16le": 2, "mulaw": 1}
"""Bytes of a sample."""

_START = {
    "audio_events_config",
    "audio_format",
    "message",
    "transcription_config",
    "translation_config",
}
_CHANGE = {
    "audio_filtering_config",
    "conversation_config",
    "enable_partials",
    "language",
    "max_delay",
    "max_delay_mode",
}
_CONFIG = _CHANGE | {
    "additional_vocab",
    "channel_diarization_labels",
    "diarization",
    "domain",
    "enable_entities",
    "model",
    "operating_point",
    "output_locale",
    "punctuation_overrides",
    "speaker_diarization_config",
    "transcript_filtering_config",
}


def wrong_start(message: Message) -> tuple[str, str] | None:
    """Return what is wrong with the first message: the error's type and reason."""
    match message:
        case {
            "message": "StartRecognition",
            "audio_format": {"type": "raw", "encoding": str(encoding), "sample_rate": int()},
            "transcription_config": {"language": str(), **config},
        }:
            if unknown := (set(message) - _START) | (set(config) - _CONFIG):
                return "invalid_config", f"Additional properties: {min(unknown)}"
            if encoding not in WIDTHS:
                return "invalid_audio_type", "This fake hears pcm_s16le and mulaw only"
            if config.get("diarization", "none") not in ("none", "speaker"):
                return "invalid_config", "This fake knows the diarization of speakers only"
            return _wrong_values(config)
        case {"message": "StartRecognition"}:
            return "invalid_message", "audio_format or transcription_config does not fit"
        case _:
            return "protocol_error", "StartRecognition has to come first"


def wrong_change(config: Mapping[str, Any], language: str) -> tuple[str, str] | None:
    """Return what is wrong with a change of a running recognition."""
    if unknown := set(config) - _CHANGE:
        return "invalid_config", f"{min(unknown)} cannot be changed"
    if config.get("language", language) != language:
        return "invalid_config", "language cannot be changed"
    return _wrong_values(config)


def _wrong_values(config: Mapping[str, Any]) -> tuple[str, str] | None:
    if not 0.7 <= config.get("max_delay", 4.0) <= 4.0:
        return "invalid_config", "max_delay must be between 0.7 and 4"
    turns = config.get("conversation_config", {})
    if not 0.0 <= turns.get("end_of_utterance_silence_trigger", 0.0) <= 2.0:
        return "invalid_config", "end_of_utterance_silence_trigger must be between 0 and 2"
    return None


__all__ = ["CODES", "WIDTHS", "wrong_change", "wrong_start"]

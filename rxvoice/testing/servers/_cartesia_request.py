"""What Cartesia asks of a request for speech."""

from collections.abc import Mapping
from typing import Any

from ._exchange import Json
from ._voice import Speech

_REQUIRED = {
    "model_id": str,
    "transcript": str,
    "voice": (str, Mapping),
    "output_format": Mapping,
}
_OPTIONAL = {
    "add_phoneme_timestamps": bool,
    "add_timestamps": bool,
    "context_id": str,
    "generation_config": Mapping,
    "language": str,
    "locale": str,
    "normalization": str,
    "pronunciation_dict_id": str,
    "speed": str,
    "use_normalized_timestamps": bool,
}
_ON_SOCKETS = {"continue": bool, "flush": bool, "max_buffer_delay_ms": int}
_CHANGING = {"continue", "flush", "transcript"}
_ENCODINGS = {"pcm_s16le": "pcm", "pcm_mulaw": "ulaw", "pcm_alaw": "alaw"}
_RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


def wrong_request(fields: Json, *, socket: bool) -> str | None:
    """Return what is wrong with a request for speech; None when nothing is.

    Args:
        fields: The request.
        socket: Whether it came by websocket.
    """
    known: dict[str, Any] = {**_REQUIRED, **_OPTIONAL, **(_ON_SOCKETS if socket else {})}
    missing = [name for name in (*_REQUIRED, *["context_id"] * socket) if name not in fields]
    if missing:
        return f"{missing[0]} is required."
    for name, value in fields.items():
        if name not in known:
            return f"{name} is not known."
        if value is not None and not isinstance(value, known[name]):
            return f"{name} has a wrong type."
    if isinstance(fields["voice"], Mapping) and "id" not in fields["voice"]:
        return "voice has no id."
    if not 0 <= fields.get("max_buffer_delay_ms", 0) <= 5_000:
        return "max_buffer_delay_ms must lie between 0 and 5000."
    found = fields["output_format"]
    encoding, rate = found.get("encoding"), found.get("sample_rate")
    if found.get("container") not in (("raw",) if socket else ("raw", "wav")):
        return "This fake speaks raw audio, and by HTTP WAV files."
    if encoding not in _ENCODINGS or rate not in _RATES:
        return f"This fake does not speak {encoding} with {rate} samples a second."
    return None


def format_of(fields: Json) -> tuple[str, int]:
    """Return encoding and samples a second of a request that is not wrong."""
    found = fields["output_format"]
    return _ENCODINGS[found["encoding"]], found["sample_rate"]


def lasting(fields: Json) -> dict[str, Any]:
    """Return what has to be the same in all requests of a context."""
    return {name: value for name, value in fields.items() if name not in _CHANGING}


def timestamps(speech: Speech, begin: float, end: float, offset: float) -> dict[str, Any]:
    """Return the words that begin in a part of a speech, with their times.

    Args:
        speech: All of it.
        begin: Seconds of it before the part.
        end: Seconds of it until the part's end.
        offset: Seconds of audio before the speech; the times count from there.
    """
    words = [word for word in speech.words if begin - 1e-9 <= word.pts < end - 1e-9]
    return {
        "words": [word.text for word in words],
        "start": [round(offset + word.pts, 6) for word in words],
        "end": [round(offset + word.end, 6) for word in words],
    }


__all__ = ["format_of", "lasting", "timestamps", "wrong_request"]

"""Audio and alignments in ElevenLabs' shapes."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from ._voice import Speech, encoded


def format_of(query: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return encoding and samples a second; None when tones cannot have them."""
    codec, _, rate = str(query.get("output_format", "mp3_44100_128")).partition("_")
    if codec not in ("pcm", "ulaw", "alaw") or not rate.isdigit():
        return None
    return codec, int(rate)


def audio_message(piece: Speech, encoding: str, *, aligned: bool) -> dict[str, Any]:
    """Return a websocket's message with a piece of audio.

    Args:
        piece: The audio.
        encoding: How it is encoded.
        aligned: Whether the characters' times go with it; they count from the piece's start.
    """
    alignment = None
    if aligned:
        alignment = {
            "chars": list(piece.text),
            "charStartTimesMs": [round(start * 1000) for start in piece.starts],
            "charDurationsMs": [round(piece.character * 1000)] * len(piece.text),
        }
    return {
        "audio": b64encode(encoded(piece.samples, encoding)).decode(),
        "normalizedAlignment": alignment,
        "alignment": alignment,
    }


def timed_object(piece: Speech, encoding: str, offset: float) -> dict[str, Any]:
    """Return the HTTP interface's object with a piece of audio.

    Args:
        piece: The audio.
        encoding: How it is encoded.
        offset: Seconds of audio before it; the characters' times count from the first piece.
    """
    starts = [round(offset + start, 6) for start in piece.starts]
    alignment = {
        "characters": list(piece.text),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [round(start + piece.character, 6) for start in starts],
    }
    return {
        "audio_base64": b64encode(encoded(piece.samples, encoding)).decode(),
        "alignment": alignment,
        "normalized_alignment": alignment,
    }


__all__ = ["audio_message", "format_of", "timed_object"]

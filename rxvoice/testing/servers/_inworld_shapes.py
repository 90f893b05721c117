"""Audio, times and errors in Inworld's shapes."""

import io
import wave
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import Word

from ._voice import encoded

_ENCODINGS = {"LINEAR16": "pcm", "PCM": "pcm", "MULAW": "mulaw", "ALAW": "alaw"}


def status(code: int = 0, text: str = "") -> dict[str, Any]:
    """Return how something went: code 0 is well."""
    return {"code": code, "message": text, "details": []}


def wrong_config(config: Mapping[str, Any]) -> str | None:
    """What is wrong with the options of a voice."""
    for name in ("voiceId", "modelId"):
        if not isinstance(config.get(name), str) or not config[name]:
            return f"{name} is required."
    if format_of(config)[0] not in _ENCODINGS:
        return "This fake speaks PCM, LINEAR16, MULAW and ALAW."
    if config.get("timestampType", "WORD") != "WORD":
        return "This fake tells times of words only."
    return None


def format_of(config: Mapping[str, Any]) -> tuple[str, int]:
    """Return the name of the encoding, and the samples a second."""
    audio: Mapping[str, Any] = config.get("audioConfig") or {}
    return str(audio.get("audioEncoding", "MP3")), int(audio.get("sampleRateHertz", 48_000))


def audio_chunk(
    samples: NDArray[np.int16], words: list[Word], config: Mapping[str, Any], size: int
) -> dict[str, Any]:
    """Return a piece of audio.

    Args:
        samples: The audio; empty when only times are told.
        words: Words that begin in it, their times counting from the flush.
        config: The options of the voice.
        size: Characters that are spoken in all.
    """
    name, rate = format_of(config)
    data = encoded(samples, _ENCODINGS[name])
    if name == "LINEAR16" and data:
        data = _wav(data, rate)
    usage = {"processedCharactersCount": size, "modelId": config["modelId"]}
    chunk: dict[str, Any] = {"audioContent": b64encode(data).decode(), "usage": usage}
    if "timestampType" in config:
        chunk["timestampInfo"] = {
            "wordAlignment": {
                "words": [word.text for word in words],
                "wordStartTimeSeconds": [word.pts for word in words],
                "wordEndTimeSeconds": [word.end for word in words],
            }
        }
    return chunk


def _wav(data: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(data)
    return file.getvalue()


__all__ = ["audio_chunk", "format_of", "status", "wrong_config"]

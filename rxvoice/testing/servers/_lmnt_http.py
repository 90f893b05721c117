"""LMNT's ``POST /v1/ai/speech/bytes``."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._call import Call
from ._clock import wait
from ._voice import ToneVoice, encoded

_MOST_CHARACTERS = 5_000


async def generate(call: Call, voice: ToneVoice) -> None:
    """Answer one request with audio, as it is made."""
    body = call.exchange.json
    if wrong := _wrong(body):
        await call.refuse(400, wrong)
        return
    encoding = str(body["format"])
    rate = int(body.get("sample_rate", 24_000))
    async with call.stream("bytes", "application/octet-stream") as answer:
        for pause, piece in voice.timed(body["text"], rate):
            await wait(pause)
            if encoding == "pcm_f32le":
                await answer.send(_floats(piece.samples))
            else:
                await answer.send(encoded(piece.samples, "pcm"))


def _floats(samples: NDArray[np.int16]) -> bytes:
    return (samples / 32_768).astype("<f4").tobytes()


def _wrong(body: Mapping[str, Any]) -> str | None:
    text = body.get("text")
    if not isinstance(text, str) or not text:
        return "text is required."
    if len(text) > _MOST_CHARACTERS:
        return f"text must have at most {_MOST_CHARACTERS} characters."
    if not isinstance(body.get("voice"), str) or not body["voice"]:
        return "voice is required."
    if body.get("format", "mp3") not in ("pcm_s16le", "pcm_f32le"):
        return "This fake speaks pcm_s16le and pcm_f32le."
    if body.get("sample_rate", 24_000) not in (24_000, 16_000, 8_000):
        return "sample_rate must be 24000, 16000 or 8000."
    return None


__all__ = ["generate"]

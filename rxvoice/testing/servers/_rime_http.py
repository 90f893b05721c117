"""Rime's ``POST /v1/rime-tts``."""

from collections.abc import Mapping
from typing import Any

from ._call import Call
from ._clock import wait
from ._rime_socket import MOST_CHARACTERS, SWITCHES
from ._voice import ToneVoice, encoded, endless_wav_head

_FORMATS = {
    "audio/l16": "pcm",
    "audio/pcm": "pcm",
    "audio/pcmu": "mulaw",
    "audio/x-mulaw": "mulaw",
    "audio/wav": "wav",
}
"""By the Accept header; samples are little-endian, whatever the name says."""


async def generate(call: Call, voice: ToneVoice) -> None:
    """Answer one request with audio, as it is made."""
    body = call.exchange.json
    accepted = call.exchange.headers.get("Accept", "")
    wrong = _wrong(body)
    if accepted.lower() not in _FORMATS:
        wrong = "this fake speaks audio/L16, audio/PCMU and audio/wav"
    if wrong is not None:
        await call.refuse(400, wrong)
        return
    encoding = _FORMATS[accepted.lower()]
    rate = int(body.get("samplingRate", 22_050 if body.get("modelId") == "mistv2" else 24_000))
    head = endless_wav_head(rate) if encoding == "wav" else b""
    async with call.stream("bytes", accepted) as answer:
        for pause, piece in voice.timed(body["text"], rate):
            await wait(pause)
            await answer.send(head + encoded(piece.samples, encoding))
            head = b""


def _wrong(body: Mapping[str, Any]) -> str | None:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        return "text is required"
    if len(text) > MOST_CHARACTERS:
        return "text is too long"
    if not isinstance(body.get("speaker"), str):
        return "speaker is required"
    for name in SWITCHES:
        if not isinstance(body.get(name, False), bool):
            return f"{name} must be a boolean"
    return None


__all__ = ["generate"]

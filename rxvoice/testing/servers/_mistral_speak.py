"""Mistral's ``/v1/audio/speech``."""

from base64 import b64encode
from typing import Final

import numpy as np

from ._call import Call
from ._clock import wait
from ._exchange import Exchange, Json
from ._voice import Speech, ToneVoice

_RATE: Final = 24_000
_KNOWN: Final = frozenset(
    {"input", "model", "metadata", "stream", "prompt_cache_key", "voice_id", "ref_audio"}
    | {"expressiveness", "phoneme_hints", "conversation_history", "response_format"}
)


def wrong_speech(exchange: Exchange) -> str | None:
    """Say what is wrong with a request for speech."""
    asked = exchange.json
    for name in set(asked) - _KNOWN:
        return f"Extra inputs are not permitted: {name}."
    if not asked.get("input"):
        return "input is required."
    if bool(asked.get("voice_id")) is bool(asked.get("ref_audio")):
        return "Exactly one of voice_id and ref_audio is required."
    kind = asked.get("response_format", "mp3")
    return None if kind == "pcm" else f"This fake speaks pcm, not {kind}."


async def speak(call: Call, voice: ToneVoice) -> None:
    """Answer one request: with events, or with one object."""
    asked = call.exchange.json
    text = str(asked["input"])
    if not asked.get("stream"):
        await call.json({"audio_data": _audio(voice.speak(text, _RATE))})
        return
    async with call.stream("named sse") as answer:
        for pause, piece in voice.timed(text, _RATE):
            await wait(pause)
            await answer.send({"type": "speech.audio.delta", "audio_data": _audio(piece)})
        await answer.send({"type": "speech.audio.done", "usage": _usage(text)})


def _audio(speech: Speech) -> str:
    floats = speech.samples.astype(np.float32) / np.float32(32_768.0)
    return b64encode(floats.astype("<f4").tobytes()).decode()


def _usage(text: str) -> Json:
    count = len(text)
    return {"prompt_tokens": count, "completion_tokens": count, "total_tokens": 2 * count}


__all__ = ["speak", "wrong_speech"]

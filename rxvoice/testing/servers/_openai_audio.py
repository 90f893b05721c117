"""Speech and transcriptions over HTTP."""

import io
import wave
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from rxvoice.audio import pcm_to_bytes

from ._call import Call
from ._clock import wait
from ._openai_chat import cut
from ._said import Said
from ._voice import ToneVoice, endless_wav_head

_LONGEST = 4096
"""Characters of one request for speech."""


def wrong_speech(asked: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a request for speech."""
    for name in ("model", "input", "voice"):
        if not asked.get(name):
            return f"Missing required parameter: '{name}'."
    if len(asked["input"]) > _LONGEST:
        return f"Invalid 'input': string too long, at most {_LONGEST} characters."
    if asked.get("stream_format") == "sse" and str(asked["model"]).startswith("tts-1"):
        return "Invalid value: 'sse' is not supported by this model."
    return None


async def speak(call: Call, voice: ToneVoice, rate: int) -> None:
    """Answer a request for speech, as it is made."""
    asked = call.exchange.json
    text, kind = str(asked.get("input", "")), asked.get("response_format", "mp3")
    if kind not in ("pcm", "wav"):
        await call.refuse(400, f"this fake speaks pcm and wav, not {kind!r}")
    elif asked.get("stream_format") == "sse":
        async with call.stream() as answer:
            for pause, piece in voice.timed(text, rate):
                await wait(pause)
                audio = b64encode(pcm_to_bytes(piece.samples)).decode()
                await answer.send({"type": "speech.audio.delta", "audio": audio})
            await answer.send({"type": "speech.audio.done", "usage": _tokens(text)})
    else:
        content_type = "audio/wav" if kind == "wav" else "audio/pcm"
        async with call.stream("bytes", content_type) as answer:
            if kind == "wav":
                await answer.send(endless_wav_head(rate))
            for pause, piece in voice.timed(text, rate):
                await wait(pause)
                await answer.send(pcm_to_bytes(piece.samples))


async def transcribe(call: Call, fields: dict[str, bytes], heard: str | Said) -> None:
    """Answer a request for a transcript."""
    said = heard if isinstance(heard, Said) else None
    text = said.text if said else str(heard)
    kind = fields.get("response_format", b"json").decode()
    if "file" not in fields:
        await call.refuse(400, "Missing required parameter: 'file'.")
    elif fields.get("stream") == b"true" and fields.get("model") != b"whisper-1":
        async with call.stream() as answer:
            for token in cut(text):
                await answer.send({"type": "transcript.text.delta", "delta": token})
            told = _told(text, said, fields)
            await answer.send({"type": "transcript.text.done", "text": text, **told})
    elif kind == "text":
        async with call.stream("bytes", "text/plain") as answer:
            await answer.send(text + "\n")
    elif kind == "verbose_json":
        await call.json(_verbose(text, said, fields["file"]))
    else:
        await call.json({"text": text, **_told(text, said, fields)})


def _told(text: str, said: Said | None, fields: Mapping[str, bytes]) -> dict[str, Any]:
    """What is told of a text besides it."""
    usage = _tokens(text, "tokens")
    if fields.get("model") != b"gpt-transcribe":
        return {"usage": usage}
    return {"usage": usage, "languages": [{"code": said.language}] if said else []}


def _tokens(text: str, kind: str | None = None) -> dict[str, Any]:
    count = len(text.split())
    usage = {"input_tokens": count, "output_tokens": count, "total_tokens": 2 * count}
    return {"type": kind, **usage} if kind else usage


def _verbose(text: str, said: Said | None, file: bytes) -> dict[str, Any]:
    duration = _duration(file)
    words = [{"word": w.text, "start": w.pts, "end": w.end} for w in said.words] if said else []
    segment: dict[str, Any] = {
        "id": 0,
        "seek": 0,
        "start": said.at if said else 0.0,
        "end": said.end if said else duration,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": -0.1,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.01,
    }
    return {
        "task": "transcribe",
        "language": "english",
        "duration": duration,
        "text": text,
        "words": words,
        "segments": [segment],
        "usage": {"type": "duration", "seconds": duration},
    }


def _duration(file: bytes) -> float:
    """Seconds of audio in a WAV file; 0 of anything else."""
    try:
        with wave.open(io.BytesIO(file)) as reader:
            return reader.getnframes() / reader.getframerate()
    except (wave.Error, EOFError):
        return 0.0


__all__ = ["speak", "transcribe", "wrong_speech"]

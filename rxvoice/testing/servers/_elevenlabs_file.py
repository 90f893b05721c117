"""ElevenLabs' recognition of files."""

import io
import wave
from dataclasses import replace

from rxvoice.items import Word

from ._call import Call
from ._elevenlabs_words import is_code, three_letters, timed_words
from ._multipart import form
from ._said import HeardOnce, Listening, Said


async def transcribe_file(call: Call, heard: HeardOnce) -> None:
    """Answer one request with a transcript of a WAV file, or of raw audio at 16 kHz."""
    fields = form(call.exchange)
    language = fields.get("language_code", b"").decode()
    if "file" not in fields or "model_id" not in fields:
        await call.refuse(422, "model_id and file are required.")
        return
    if language and not is_code(language):
        await call.refuse(400, f"Invalid language code received: {language!r}.")
        return
    raw = fields.get("file_format") == b"pcm_s16le_16"
    found = (fields["file"], 16_000) if raw else _opened(fields["file"])
    if found is None:
        await call.refuse(400, "This fake reads WAV files of 16 bit, mono.")
        return
    audio, rate = found
    seconds = len(audio) / 2 / rate
    words = _heard(heard, audio, seconds)
    if fields.get("diarize") != b"true":
        words = [(replace(said, speaker=None), word) for said, word in words]
    spoken = words[0][0].language if words else language or "en"
    timed = fields.get("timestamps_granularity") != b"none"
    await call.json(
        {
            "language_code": three_letters(spoken),
            "language_probability": 0.98,
            "text": " ".join(word.text for _, word in words),
            "words": list(timed_words(words)) if timed else [],
            "transcription_id": f"fake{call.exchange.number}",
            "audio_duration_secs": round(seconds, 6),
        }
    )


def _heard(heard: HeardOnce, audio: bytes, seconds: float) -> list[tuple[Said, Word]]:
    moments = Listening(heard).advance(seconds, audio)
    return [(m.said, m.said.words[m.count - 1]) for m in moments if m.kind == "word"]


def _opened(file: bytes) -> tuple[bytes, int] | None:
    """The samples of a WAV file, and how many there are in a second."""
    try:
        with wave.open(io.BytesIO(file)) as reader:
            if reader.getsampwidth() != 2 or reader.getnchannels() != 1:
                return None
            return reader.readframes(reader.getnframes()), reader.getframerate()
    except (wave.Error, EOFError):
        return None


__all__ = ["transcribe_file"]

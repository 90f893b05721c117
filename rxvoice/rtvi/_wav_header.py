"""Audio of clients that put the header of a WAV file before each piece."""

from typing import Final

_MOST_CHUNKS: Final = 16


def without_wav_header(audio: bytes, /) -> bytes:
    """Return the samples of a piece that may be a WAV file, as Pipecat's client makes it.

    Args:
        audio: Samples, or a WAV file of 16-bit samples.
    """
    if audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        return audio
    at = 12
    for _ in range(_MOST_CHUNKS):
        name, size = audio[at : at + 4], int.from_bytes(audio[at + 4 : at + 8], "little")
        at += 8
        if name == b"data":
            return audio[at : at + size] if size else audio[at:]
        at += size + (size & 1)
    return audio


__all__ = ["without_wav_header"]

"""A recogniser for Pipecat's evaluation runner, in whose process it runs: it knows recordings."""
# pyright: basic, reportMissingImports=false

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from pipecat.frames.frames import TranscriptionFrame
from pipecat.services.stt_service import SegmentedSTTService


class Knowing(SegmentedSTTService):
    """Takes what it hears for the recording beside this file that it is most alike."""

    async def run_stt(self, audio: bytes) -> AsyncIterator[TranscriptionFrame]:
        """Recognise a segment, which is a WAV file."""
        heard = _read(io.BytesIO(audio))
        folder = Path(__file__).parent
        likeness = {path.stem: _likeness(heard, _read(path)) for path in folder.glob("*.wav")}
        best = max(likeness, key=likeness.__getitem__)
        text = best if likeness[best] > 0.4 else "something else"
        yield TranscriptionFrame(text, "", "")


def transcriber(_: dict[str, Any]) -> Knowing:
    """Return one, as scenarios want it."""
    return Knowing()


def _read(file: Any) -> Any:
    with wave.open(str(file) if isinstance(file, Path) else file) as opened:
        assert opened.getframerate() == 16_000
        return np.frombuffer(opened.readframes(opened.getnframes()), np.int16).astype(float)


def _likeness(heard: Any, known: Any) -> float:
    """Return how alike two recordings are, wherever one is in the other: at most 1."""
    size = 1 << (len(heard) + len(known)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(known, size))
    norms = np.linalg.norm(heard) * np.linalg.norm(known)
    return float(np.fft.irfft(product, size).max() / norms)

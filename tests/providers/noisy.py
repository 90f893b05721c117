"""Real speech in real noise, and how near to the speech alone something is."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import convert_rate
from rxvoice.contracts import OpenFilter
from rxvoice.items import AudioFrame
from tests.operators.fakes import chop

from .recordings import flac, hiss, recording

NOISES = ["hiss", "music-strings"]


def noisy(noise: str, *, snr: float, rate: int = 16_000) -> tuple[NDArray[np.int16], AudioFrame]:
    """Return what is said, after a second of nothing, and the same in noise.

    Args:
        noise: One of `NOISES`.
        snr: How much louder the speech is than the noise, in dB.
        rate: Samples a second.
    """
    said = recording("stt/LJ001-0002", rate=16_000).samples.astype(np.float64) / 2.0
    said = np.concatenate((np.zeros(16_000), said, np.zeros(8_000)))
    if noise == "hiss":
        other = hiss(len(said) / 16_000, 1_000.0).samples.astype(np.float64)
    else:
        other = np.resize(flac(f"audio/noise/{noise}").samples.astype(np.float64), len(said))
    loud = np.abs(said) > 300.0
    other *= np.std(said[loud]) / np.std(other) * 10.0 ** (-snr / 20.0)
    clean, mixed = (
        np.rint(values).clip(-32_768, 32_767).astype(np.int16) for values in (said, said + other)
    )
    return convert_rate(clean, 16_000, rate), AudioFrame(convert_rate(mixed, 16_000, rate), rate)


def through(opens: OpenFilter, audio: AudioFrame, *, size: int | None = None) -> AudioFrame:
    """Send audio through a filter, in frames of a size, or of 20 ms."""
    opened = opens()
    opened.start(audio.rate)
    size = size or audio.rate // 50
    pieces = [opened(f.samples) for f in chop(audio, [size] * (len(audio.samples) // size))]
    pieces.append(opened.flush())
    opened.close()
    return AudioFrame(np.concatenate(pieces), audio.rate)


def likeness(said: NDArray[np.int16], heard: NDArray[np.int16]) -> float:
    """Correlate the levels of all bands over time, in dB; 1 for the same."""
    size = 512
    count = min(len(said), len(heard)) // size * size
    levels: list[NDArray[np.float64]] = []
    for samples in (said, heard):
        blocks = samples[:count].astype(np.float64).reshape(-1, size) * np.hanning(size)
        powers = np.abs(np.fft.rfft(blocks)) ** 2
        bands = powers[:, 1:129].reshape(len(powers), 16, 8).sum(axis=2)
        levels.append(10.0 * np.log10(bands + 1e7).ravel())
    return float(np.corrcoef(levels[0], levels[1])[0, 1])

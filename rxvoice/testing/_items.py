"""Audio for tests."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame


def tone(
    duration: float,
    rate: int = 16_000,
    pts: float = 0.0,
    frequency: float = 440.0,
    level: float = 0.3,
) -> AudioFrame:
    """Return a sine tone.

    Args:
        duration: Length in seconds.
        rate: Samples a second.
        pts: Time of its first sample; the tone's phase follows from it, so that frames cut from
            one tone and tones made frame by frame are alike.
        frequency: In hertz.
        level: Amplitude, 0 to 1 of full scale.
    """
    if not 0.0 <= level <= 1.0:
        raise ValueError(f"level must be in 0…1, got {level}")
    first = round(pts * rate)
    index = np.arange(first, first + _count(duration, rate))
    wave = np.sin(index * (2.0 * np.pi * frequency / rate)) * (level * 32_767)
    return AudioFrame(np.round(wave).astype(np.int16), rate, pts)


def silence(duration: float, rate: int = 16_000, pts: float = 0.0) -> AudioFrame:
    """Return digital silence of ``duration`` seconds."""
    return AudioFrame(np.zeros(_count(duration, rate), np.int16), rate, pts)


def frames(
    samples: "NDArray[np.int16] | AudioFrame",
    rate: int | None = None,
    duration: float = 0.02,
    pts: float = 0.0,
) -> list[AudioFrame]:
    """Cut audio into frames that follow each other.

    Args:
        samples: Shape ``(n,)``, ``int16``; or a frame, which brings its own rate and pts.
        rate: Samples a second.
        duration: Length of each frame in seconds; the last one may be shorter.
        pts: Time of the first sample.
    """
    if isinstance(samples, AudioFrame):
        samples, rate, pts = samples.samples, samples.rate, samples.pts
    if rate is None:
        raise ValueError("rate must be given with bare samples")
    size = _count(duration, rate)
    if size < 1:
        raise ValueError(f"duration must hold at least one sample, got {duration}")
    return [
        AudioFrame(samples[at : at + size], rate, pts + at / rate)
        for at in range(0, len(samples), size)
    ]


def _count(duration: float, rate: int) -> int:
    if duration < 0.0:
        raise ValueError(f"duration must not be negative, got {duration}")
    return round(duration * rate)


__all__ = ["frames", "silence", "tone"]

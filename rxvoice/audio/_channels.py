"""Several channels and several voices."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError


def interleave(*channels: NDArray[np.int16]) -> NDArray[np.int16]:
    """Weave mono channels into one array, sample by sample.

    Args:
        channels: Each of shape ``(n,)``; shorter ones are padded with silence.

    Returns:
        Shape ``(longest * len(channels),)``, ``int16``.
    """
    if not channels:
        raise ValueError("channels must not be empty")
    woven = np.zeros((max(len(channel) for channel in channels), len(channels)), np.int16)
    for number, channel in enumerate(channels):
        woven[: len(channel), number] = channel
    return woven.reshape(-1)


def deinterleave(samples: NDArray[np.int16], channels: int = 2) -> tuple[NDArray[np.int16], ...]:
    """Take interleaved channels apart.

    Args:
        samples: Shape ``(n * channels,)``.
        channels: How many there are.

    Returns:
        The channels, each of shape ``(n,)``.

    Raises:
        AudioFormatError: When the last group of samples is incomplete.
    """
    return tuple(np.ascontiguousarray(column) for column in _grouped(samples, channels).T)


def to_mono(samples: NDArray[np.int16], channels: int = 2) -> NDArray[np.int16]:
    """Mix interleaved channels down to their mean.

    Args:
        samples: Shape ``(n * channels,)``.
        channels: How many there are.

    Returns:
        Shape ``(n,)``, ``int16``. Equal channels give the channel itself.

    Raises:
        AudioFormatError: When the last group of samples is incomplete.
    """
    grouped = _grouped(samples, channels)
    if channels == 1:
        return samples
    return np.rint(grouped.mean(axis=1)).astype(np.int16)


def mix(*voices: NDArray[np.int16]) -> NDArray[np.int16]:
    """Add voices up; what is too loud is clipped.

    Args:
        voices: Each of shape ``(n,)``, at one rate; shorter ones end earlier.

    Returns:
        As long as the longest, ``int16``.
    """
    total = np.zeros(max((len(voice) for voice in voices), default=0), np.int32)
    for voice in voices:
        total[: len(voice)] += voice
    return np.clip(total, -32768, 32767).astype(np.int16)


def _grouped(samples: NDArray[np.int16], channels: int) -> NDArray[np.int16]:
    if channels < 1:
        raise ValueError(f"channels must be at least 1, got {channels}")
    if len(samples) % channels:
        raise AudioFormatError(
            f"samples must hold whole groups of {channels} channels, got {len(samples)} samples"
        )
    return samples.reshape(-1, channels)


__all__ = ["deinterleave", "interleave", "mix", "to_mono"]

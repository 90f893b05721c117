"""Beginning and ending a sound without a click."""

from collections.abc import Sequence

import numpy as np

from rxvoice.items import AudioFrame


def faded_out(frames: Sequence[AudioFrame], length: float, at: float) -> AudioFrame | None:
    """Return the beginning of a sound, falling to silence.

    Args:
        frames: The sound, in order, of one rate.
        length: How long it may last, in seconds; less when the sound is shorter.
        at: When it is heard.
    """
    piece = _beginning(frames, length)
    return None if piece is None else AudioFrame(_ramped(piece, up=False), piece.rate, at)


def faded_in(frame: AudioFrame, length: float) -> AudioFrame:
    """Return a frame that rises from silence within its first ``length`` seconds."""
    count = min(round(length * frame.rate), len(frame.samples))
    if not count:
        return frame
    head = AudioFrame(frame.samples[:count], frame.rate)
    samples = np.concatenate((_ramped(head, up=True), frame.samples[count:]))
    return AudioFrame(samples, frame.rate, frame.pts)


def _beginning(frames: Sequence[AudioFrame], length: float) -> AudioFrame | None:
    rate = frames[0].rate if frames else 0
    samples = [frame.samples for frame in frames if frame.rate == rate]
    count = round(length * rate)
    if not samples or not count:
        return None
    joined = samples[0] if len(samples[0]) >= count else np.concatenate(samples)
    return AudioFrame(joined[:count], rate) if len(joined) else None


def _ramped(frame: AudioFrame, *, up: bool) -> "np.typing.NDArray[np.int16]":
    count = len(frame.samples)
    ramp = np.arange(1, count + 1) / (count + 1)
    return (frame.samples * (ramp if up else ramp[::-1])).astype(np.int16)


__all__ = ["faded_in", "faded_out"]

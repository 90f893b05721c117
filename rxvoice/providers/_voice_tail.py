"""The last second of a voice's sound."""

from collections import deque
from typing import Final

import numpy as np

from rxvoice.items import AudioFrame

_KEPT: Final = 1.0
"""Seconds of sound."""

_QUIET: Final = 327
"""Amplitude that is silence: -40 dB."""

_PAUSE: Final = 0.01
"""Seconds of silence after which it is the next sentence that sounds."""


class Tail:
    """Keeps the last second of a sound, and tells where in it a sentence begins."""

    def __init__(self) -> None:
        self._frames: deque[AudioFrame] = deque()

    def add(self, frame: AudioFrame) -> None:
        """Take what follows."""
        self._frames.append(frame)
        while self._frames[0].end < frame.end - _KEPT:
            self._frames.popleft()

    def cut(self, end: float) -> None:
        """Forget what comes after a time."""
        while self._frames and self._frames[-1].end > end + 1e-6:
            last = self._frames.pop()
            if last.pts < end - 1e-6:
                samples = last.samples[: round((end - last.pts) * last.rate)]
                self._frames.append(AudioFrame(samples, last.rate, last.pts))

    def onset(self, start: float, end: float) -> float:
        """Return the last silent sample before a sound; ``end`` where there is none.

        Args:
            start: Where one sentence has ended.
            end: Up to where it is of interest.
        """
        frames = [frame for frame in self._frames if frame.pts < end and frame.end > start]
        if not frames:
            return end
        rate, first = frames[0].rate, frames[0].pts
        samples = np.concatenate([frame.samples for frame in frames]).astype(np.int32)
        samples = samples[max(0, round((start - first) * rate)) : round((end - first) * rate)]
        loud = np.flatnonzero(np.abs(samples) > _QUIET)
        begins = loud[np.diff(loud, prepend=-1) > _PAUSE * rate]
        return max(start, first) + float(begins[0] - 1) / rate if len(begins) else end


__all__ = ["Tail"]

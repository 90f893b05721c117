"""From frames of any size and rate to the windows of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import SampleStream
from rxvoice.items import AudioFrame

MAX_JITTER = 0.005
MAX_SHIFT = 0.2

Window: TypeAlias = tuple[float, NDArray[np.int16]]
"""When it ends, and its samples."""


class Windows:
    """Cuts one stream of audio into windows and knows when each of them ends.

    Samples are counted, so that the windows are the same whatever the size of the frames. Where
    the frames' ``pts`` leave the count by more than `MAX_JITTER`, the count follows them; at a step
    by more than `MAX_SHIFT` it begins anew, and what waited for a full window is forgotten.

    Frames that are too short wait as they are. Samples are copied only where a window lies in
    several of them.

    Args:
        rate: Samples a second that the detector wants.
        size: Samples of a window.

    Attributes:
        end: Time just after the last sample that was pushed.
        step: By how much the time of the last frame left the count, where the count began anew.
        lag: Seconds of audio that were pushed and have not made a window.
    """

    def __init__(self, rate: int, size: int) -> None:
        self.end = 0.0
        self.step = 0.0
        self.lag: float = 0.0
        self._rate = rate
        self._size = size
        self._resampler: SampleStream | None = None
        self._from_rate = 0
        self._held_back: float = 0.0
        self._pieces: list[NDArray[np.int16]] = []
        self._waiting: int = 0
        self._origin = 0.0
        self._taken = 0
        self._judged = 0

    def restart(self) -> None:
        """Forget what is waiting; the next frame begins a new count."""
        self._from_rate = self._taken = self._waiting = 0
        self._pieces.clear()

    def push(self, frame: AudioFrame) -> Sequence[Window]:
        """Take a frame that is not empty and return the windows that it completes."""
        samples, rate = frame.samples, frame.rate
        self.step = 0.0
        if rate != self._from_rate or not -MAX_JITTER <= frame.pts - self.end <= MAX_JITTER:
            self._follow(frame)
        self._taken += len(samples)
        self.end = self._origin + self._taken / rate
        if self._resampler is not None:
            samples = self._resampler.push(samples)
            heard = self._judged + self._waiting + len(samples)
            self._held_back = self._taken / rate - heard / self._rate
        waiting, size = self._waiting + len(samples), self._size
        if waiting < size:
            self._waiting = waiting
            self._pieces.append(samples)
            self.lag = waiting / self._rate + self._held_back
            return ()
        if self._pieces:
            samples = np.concatenate((*self._pieces, samples))
            self._pieces.clear()
        windows: list[Window] = []
        at = 0
        while waiting >= size:
            self._judged += size
            windows.append((self._origin + self._judged / self._rate, samples[at : at + size]))
            at += size
            waiting -= size
        self._waiting = waiting
        self.lag = waiting / self._rate + self._held_back
        if waiting:
            self._pieces.append(samples[at:])
        return windows

    def _follow(self, frame: AudioFrame) -> None:
        step = frame.pts - self.end if self._taken else 0.0
        if not -MAX_SHIFT <= step <= MAX_SHIFT:
            self.step = step
            self.restart()
        if frame.rate != self._from_rate:
            self._begin(frame)
        else:
            self._origin += step

    def _begin(self, frame: AudioFrame) -> None:
        self.restart()
        down = frame.rate > self._rate
        self._resampler = (
            None
            if frame.rate == self._rate
            else SampleStream(frame.rate, self._rate, low_delay=not down, quick=down)
        )
        self._from_rate = frame.rate
        self._origin, self._judged, self._held_back = frame.pts, 0, 0.0

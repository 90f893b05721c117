"""From frames of any size and rate to the windows of a detector."""

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
    the frames' ``pts`` leave the count by more than `MAX_JITTER`, the count follows them; a step
    by more than `MAX_SHIFT` is a `gap`, after which it should `restart`.

    Frames that are too short wait as they are. Samples are copied only where a window lies in
    several of them.

    Args:
        rate: Samples a second that the detector wants.
        size: Samples of a window.

    Attributes:
        end: Time just after the last sample that was pushed.
    """

    def __init__(self, rate: int, size: int) -> None:
        self.end = 0.0
        self._rate = rate
        self._size = size
        self._resampler: SampleStream | None = None
        self._from_rate = 0
        self._pieces: list[NDArray[np.int16]] = []
        self._waiting = 0
        self._origin = 0.0
        self._taken = 0
        self._judged = 0

    @property
    def lag(self) -> float:
        """Seconds of audio that were pushed and have not made a window."""
        if self._resampler is None:
            return self._waiting / self._rate
        return self._taken / self._from_rate - self._judged / self._rate if self._taken else 0.0

    def gap(self, frame: AudioFrame) -> float:
        """Return by how much a frame's time leaves the count, or 0 when it may follow."""
        step = frame.pts - self.end
        return step if self._taken and not -MAX_SHIFT <= step <= MAX_SHIFT else 0.0

    def restart(self) -> None:
        """Forget what is waiting; the next frame begins a new count."""
        self._from_rate = self._taken = self._waiting = 0
        self._pieces.clear()

    def push(self, frame: AudioFrame) -> Sequence[Window]:
        """Take a frame that is not empty and return the windows that it completes."""
        self._count(frame)
        samples = frame.samples
        if self._resampler is not None:
            samples = self._resampler.push(samples)
        self._waiting += len(samples)
        if self._waiting < self._size:
            self._pieces.append(samples)
            return ()
        if self._pieces:
            samples = np.concatenate((*self._pieces, samples))
            self._pieces.clear()
        windows: list[Window] = []
        size, at = self._size, 0
        while self._waiting >= size:
            self._judged += size
            self._waiting -= size
            windows.append((self._origin + self._judged / self._rate, samples[at : at + size]))
            at += size
        if self._waiting:
            self._pieces.append(samples[at:])
        return windows

    def _count(self, frame: AudioFrame) -> None:
        rate = frame.rate
        if rate != self._from_rate:
            self._begin(frame)
        elif not -MAX_JITTER <= (step := frame.pts - self.end) <= MAX_JITTER:
            self._origin += step
        self._taken += len(frame.samples)
        self.end = self._origin + self._taken / rate

    def _begin(self, frame: AudioFrame) -> None:
        self.restart()
        down = frame.rate > self._rate
        self._resampler = (
            None
            if frame.rate == self._rate
            else SampleStream(frame.rate, self._rate, low_delay=not down, quick=down)
        )
        self._from_rate = frame.rate
        self._origin, self._judged = frame.pts, 0

"""From frames of any size and rate to the windows of a detector."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import SampleStream
from rxvoice.items import AudioFrame

MAX_JITTER = 0.005
MAX_SHIFT = 0.2
EMPTY = np.empty(0, np.int16)


class Windows:
    """Cuts one stream of audio into windows and knows when each of them ends.

    Samples are counted, so that the windows are the same whatever the size of the frames. Where
    the frames' ``pts`` leave the count by more than `MAX_JITTER`, the count follows them; a step
    by more than `MAX_SHIFT` is a `gap`, after which it should `restart`.

    Args:
        rate: Samples a second that the detector wants.
        size: Samples of a window.
    """

    def __init__(self, rate: int, size: int) -> None:
        self._rate = rate
        self._size = size
        self._resampler: SampleStream | None = None
        self._from_rate = 0
        self._pending: NDArray[np.int16] = EMPTY
        self._origin = 0.0
        self._taken = 0
        self._judged = 0
        self._end = 0.0

    @property
    def end(self) -> float:
        """Time just after the last sample that was pushed."""
        return self._end

    @property
    def lag(self) -> float:
        """Seconds of audio that were pushed and have not made a window."""
        return self._taken / self._from_rate - self._judged / self._rate if self._taken else 0.0

    def gap(self, frame: AudioFrame) -> float:
        """Return by how much a frame's time leaves the count, or 0 when it may follow."""
        step = frame.pts - self._end if self._taken else 0.0
        return step if abs(step) > MAX_SHIFT else 0.0

    def restart(self) -> None:
        """Forget what is waiting; the next frame begins a new count."""
        self._from_rate = self._taken = 0

    def push(self, frame: AudioFrame) -> list[tuple[float, NDArray[np.int16]]]:
        """Take a frame that is not empty and return the end and the samples of each window."""
        self._count(frame)
        samples = frame.samples
        if self._resampler is not None:
            samples = self._resampler.push(samples)
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        size, rest = self._size, len(samples) % self._size
        windows: list[tuple[float, NDArray[np.int16]]] = []
        for at in range(0, len(samples) - rest, size):
            self._judged += size
            windows.append((self._origin + self._judged / self._rate, samples[at : at + size]))
        self._pending = samples[len(samples) - rest :]
        return windows

    def _count(self, frame: AudioFrame) -> None:
        if frame.rate != self._from_rate:
            down = frame.rate > self._rate
            self._resampler = (
                None
                if frame.rate == self._rate
                else SampleStream(frame.rate, self._rate, low_delay=not down, quick=down)
            )
            self._from_rate = frame.rate
            self._pending = EMPTY
            self._origin, self._taken, self._judged = frame.pts, 0, 0
        elif abs(step := frame.pts - self._end) > MAX_JITTER:
            self._origin += step
        self._taken += len(frame.samples)
        self._end = self._origin + self._taken / frame.rate

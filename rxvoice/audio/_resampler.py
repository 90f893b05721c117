"""Resampling frames with their times."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._rate import RatePair, SampleStream, check_rate
from rxvoice.items import AudioFrame


class StreamResampler:
    """Resamples the frames of one stream.

    The filter holds audio back, so that a frame may give none or several. Each carries the time of
    its first sample on the same clock as the input. Where the input's times jump by less than
    ``clear_after``, the signal runs on and the times jump at the same sample; where they jump by
    more, what was held back is forgotten, so that it does not click into what comes next.

    Args:
        rate: Rate of the output in Hz.
        clear_after: Gap in the input's times, in seconds, after which the filter starts anew;
            ``math.inf`` for never.
        low_delay: As for `SampleStream`.
    """

    def __init__(self, rate: int, *, clear_after: float = 0.2, low_delay: bool = False) -> None:
        check_rate(rate, "rate")
        if not clear_after > 0.0:
            raise ValueError(f"clear_after must be positive, got {clear_after}")
        self._rate = rate
        self._clear_after = clear_after
        self._low_delay = low_delay
        self._pair = RatePair(rate)
        self._stream: SampleStream | None = None
        self._from_rate = rate
        self._restart()

    def push(self, frame: AudioFrame) -> list[AudioFrame]:
        """Take a frame and return what is ready.

        Raises:
            AudioFormatError: When the frame's rate is not that of the first.
        """
        self._pair.check(frame.rate)
        if frame.rate == self._rate:
            return [frame]
        if self._stream is None:
            self._stream = SampleStream(frame.rate, self._rate, low_delay=self._low_delay)
            self._from_rate = frame.rate
        if not len(frame.samples):
            return []
        self._align(frame)
        self._taken += len(frame.samples)
        return self._timed(self._stream.push(frame.samples))

    def flush(self) -> list[AudioFrame]:
        """Return what was held back, and begin anew."""
        if self._stream is None or not self._anchors:
            return []
        rest = self._timed(self._stream.flush())
        self._restart()
        return rest

    def clear(self) -> None:
        """Forget what was held back, and begin anew."""
        if self._stream is not None:
            self._stream.clear()
        self._restart()

    def _restart(self) -> None:
        self._anchors: deque[tuple[int, float]] = deque()
        self._taken = 0
        self._given = 0

    def _align(self, frame: AudioFrame) -> None:
        if self._anchors:
            index, pts = self._anchors[-1]
            jump = frame.pts - (pts + (self._taken - index) / self._from_rate)
            if abs(jump) <= 0.5 / self._from_rate:
                return
            if abs(jump) > self._clear_after + 1e-9:  # times are sums of floats
                self.clear()
        self._anchors.append((self._taken, frame.pts))

    def _timed(self, samples: NDArray[np.int16]) -> list[AudioFrame]:
        frames: list[AudioFrame] = []
        while len(samples):
            index, pts = self._anchors[0]
            end = len(samples)
            if len(self._anchors) > 1:
                end = min(end, self._output(self._anchors[1][0]) - self._given)
            if end <= 0:
                self._anchors.popleft()
                continue
            time = pts + self._given / self._rate - index / self._from_rate
            frames.append(AudioFrame(samples[:end], self._rate, time))
            samples = samples[end:]
            self._given += end
        return frames

    def _output(self, index: int) -> int:
        """Return the first output sample at or after an input sample."""
        return -(-index * self._rate // self._from_rate)


__all__ = ["StreamResampler"]

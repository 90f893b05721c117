"""A growing piece of audio."""

from collections import deque

import numpy as np

from rxvoice.audio import convert_rate
from rxvoice.items import AudioFrame

MAX_GAP = 10.0


class AudioSpan:
    """Frames of one stream, to be joined when needed; gaps between them become silence.

    Args:
        rate: Samples a second of the joined audio.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frames: deque[AudioFrame] = deque()

    @property
    def duration(self) -> float:
        """Seconds from the start of the first frame to the end of the last."""
        return self._frames[-1].end - self._frames[0].pts if self._frames else 0.0

    @property
    def end(self) -> float:
        """Time just after the last sample; 0 when there is none."""
        return self._frames[-1].end if self._frames else 0.0

    def add(self, frame: AudioFrame) -> None:
        """Append a frame. One that lies before the last, or far behind it, starts a new span."""
        if self._frames:
            last = self._frames[-1]
            if frame.rate != last.rate or not -0.05 <= frame.pts - last.end <= MAX_GAP:
                self._frames.clear()
        self._frames.append(frame)

    def forget_before(self, pts: float) -> None:
        """Drop the frames that end before ``pts``."""
        while self._frames and self._frames[0].end <= pts:
            self._frames.popleft()

    def clear(self) -> None:
        """Drop all frames."""
        self._frames.clear()

    def audio(self, longest: float | None = None) -> AudioFrame:
        """Join the frames.

        Args:
            longest: Seconds; what is older is left out.
        """
        if not self._frames:
            return AudioFrame(np.empty(0, np.int16), self._rate)
        first, last = self._frames[0], self._frames[-1]
        start = first.pts if longest is None else max(first.pts, last.end - longest)
        rate = first.rate
        joined = np.zeros(max(0, round((last.end - start) * rate)), np.int16)
        for frame in self._frames:
            at = round((frame.pts - start) * rate)
            samples = frame.samples[max(0, -at) :]
            at = max(0, at)
            samples = samples[: len(joined) - at]
            joined[at : at + len(samples)] = samples
        return AudioFrame(convert_rate(joined, rate, self._rate), self._rate, start)

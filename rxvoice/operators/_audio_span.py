"""A growing piece of audio."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rxvoice.aio import in_thread
from rxvoice.audio import convert_rate
from rxvoice.items import AudioFrame

MAX_JITTER = 0.02
MAX_GAP = 10.0


class AudioSpan:
    """Frames of one stream, to be joined when needed.

    Gaps between frames become silence, unless they are shorter than `MAX_JITTER`. Where the
    frames' times jump back, or ahead by more than `MAX_GAP`, the frames are joined without a gap,
    and what came before is dated as if it had ended where the new frame begins.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[float, AudioFrame]] = deque()
        self._end = 0.0
        self._shift = 0.0
        self._floor: float | None = None

    @property
    def start(self) -> float:
        """Time of the first sample."""
        return self._frames[0][0] + self._shift if self._frames else self.end

    @property
    def end(self) -> float:
        """Time just after the last sample."""
        return self._end + self._shift

    @property
    def duration(self) -> float:
        """Seconds from the first sample to the last."""
        return self._end - self._frames[0][0] if self._frames else 0.0

    def add(self, frame: AudioFrame) -> None:
        """Append a frame."""
        if self._floor is not None:
            frame = self._above(frame, self._floor)
        if not len(frame.samples):
            return
        gap = frame.pts - self.end
        if not self._frames or not -MAX_JITTER <= gap <= MAX_GAP:
            self._shift += gap
            gap = 0.0
        start = self._end + (gap if gap > MAX_JITTER else 0.0)
        self._frames.append((start, frame))
        self._end = start + frame.duration

    def begin(self, pts: float) -> None:
        """Drop what lies before a time, in the frames that come next, too."""
        self.forget_before(pts)
        self._floor = pts

    def forget_before(self, pts: float) -> None:
        """Drop what lies before a time."""
        while self._frames:
            start, frame = self._frames[0]
            first = round((pts - self._shift - start) * frame.rate)
            if first <= 0:
                return
            self._frames.popleft()
            if first < len(frame.samples):
                self._frames.appendleft((start + first / frame.rate, _tail(frame, first)))
                return

    def cut(self, start: float, end: float) -> list[AudioFrame]:
        """Join what lies between two times, to the sample.

        Returns:
            One frame for each stretch of one sample rate; none when there is nothing.
        """
        cuts: list[_Cut] = []
        for begin, frame in self._frames:
            first = max(0, round((start - self._shift - begin) * frame.rate))
            last = min(len(frame.samples), round((end - self._shift - begin) * frame.rate))
            if last <= first:
                continue
            at = begin + first / frame.rate
            if cuts:
                cuts[-1].fill_up_to(at)
            if not cuts or cuts[-1].rate != frame.rate:
                cuts.append(_Cut(frame.rate, at))
            cuts[-1].append(frame.samples[first:last])
        return [cut.frame(self._shift) for cut in cuts]

    def _above(self, frame: AudioFrame, floor: float) -> AudioFrame:
        if not 0.0 < floor - frame.pts <= MAX_GAP:
            self._floor = None
            return frame
        first = round((floor - frame.pts) * frame.rate)
        if first < len(frame.samples):
            self._floor = None
        return _tail(frame, first)


class _Cut:
    def __init__(self, rate: int, start: float) -> None:
        self.rate = rate
        self._start = start
        self._pieces: list[NDArray[np.int16]] = []
        self._count = 0

    def append(self, samples: NDArray[np.int16]) -> None:
        self._pieces.append(samples)
        self._count += len(samples)

    def fill_up_to(self, at: float) -> None:
        missing = round((at - self._start) * self.rate) - self._count
        if missing > 0:
            self.append(np.zeros(missing, np.int16))

    def frame(self, shift: float) -> AudioFrame:
        return AudioFrame(np.concatenate(self._pieces), self.rate, self._start + shift)


def _tail(frame: AudioFrame, first: int) -> AudioFrame:
    return AudioFrame(frame.samples[first:], frame.rate, frame.pts + first / frame.rate)


async def join(cuts: Sequence[AudioFrame], rate: int) -> AudioFrame:
    """Bring what was cut to one rate, in a thread where that takes time.

    Args:
        cuts: As `AudioSpan.cut` returns them.
        rate: Samples a second of the result.
    """
    if not cuts:
        return AudioFrame(np.empty(0, np.int16), rate)
    if len(cuts) == 1 and cuts[0].rate == rate:
        return cuts[0]
    return await in_thread(_join, cuts, rate, name="resample")


def _join(cuts: Sequence[AudioFrame], rate: int) -> AudioFrame:
    pieces = [convert_rate(cut.samples, cut.rate, rate) for cut in cuts]
    return AudioFrame(np.concatenate(pieces), rate, cuts[0].pts)

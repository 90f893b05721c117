"""The frames that `dejitter` holds, in the order of their times."""

import heapq
import math
from collections import deque
from typing import Final

from rxvoice.items import AudioFrame

from ._dejitter_bridge import Bridge

_REWIND: Final = 10.0
"""Seconds by which a frame is behind what left before it begins a new count of samples."""

_RUN: Final = 1.0
"""Seconds of frames in a row, each behind what left, that begin a new count, too."""

_PIECE: Final = 0.01
"""Seconds that are made up at once, at least."""

_HOLES: Final = 64
"""Gaps that are remembered, to tell frames that come late from those that come twice."""


class Sequence:
    """Gives frames back in order, each sample once, and makes up what is missing in between.

    Args:
        reach: Seconds by which a frame of another rate may be behind before it begins a new count.
        longest: Seconds of a gap that is made up.

    Attributes:
        length: Seconds of audio that are held.
        latest: Time at which the last of what came ends.
        end: Time at which what was given back ends; minus infinity before the first frame.
        made: Seconds that were made up so far.
        late: Seconds so far that came when their place had been given away.
    """

    def __init__(self, reach: float, longest: float) -> None:
        self.length = 0.0
        self.latest = self.end = -math.inf
        self.made = self.late = 0.0
        self._reach = reach
        self._bridge = Bridge(longest)
        self._held: list[tuple[float, int, AudioFrame, float]] = []
        self._count = 0
        self._rate = 0
        self._size = self._behind = 0.0
        self._holes: deque[tuple[float, float]] = deque(maxlen=_HOLES)

    def __len__(self) -> int:
        return len(self._held)

    def continues(self, frame: AudioFrame) -> bool:
        """Tell whether nothing is held and a frame follows what left, sample by sample."""
        return not self._held and -0.5 < (frame.pts - self.end) * frame.rate < 0.5

    def let_pass(self, frame: AudioFrame, end: float, duration: float) -> None:
        """Note that a frame has left that `continues`, and so need not be held.

        Args:
            frame: The frame.
            end: Its end; so it is not reckoned anew.
            duration: Its duration; likewise.
        """
        self._behind = 0.0
        self._bridge.note(frame)
        self._rate = frame.rate
        if duration > self._size:
            self._size = duration
        self.latest = self.end = end

    def begins_anew(self, frame: AudioFrame) -> bool:
        """Tell whether a frame belongs to another count of samples; ask once for each frame."""
        behind = self.end - frame.pts
        if behind <= 0.0:
            self._behind = 0.0
            return False
        self._behind += frame.duration
        far = self._reach if frame.rate != self._rate else _REWIND
        return behind > far or self._behind > _RUN

    def restart(self) -> None:
        """Count anew; nothing may be held."""
        self.latest = self.end = -math.inf
        self._size = self._behind = 0.0
        self._holes.clear()
        self._bridge.forget()

    def comes_late(self, frame: AudioFrame) -> bool:
        """Tell whether something of a frame is lost, for its place was given away; count that."""
        if frame.pts >= self.end:
            return False
        lost = sum(max(min(frame.end, b) - max(frame.pts, a), 0.0) for a, b in self._holes)
        if not _samples(lost, frame.rate):
            return False
        self.late += lost
        return True

    def put(self, frame: AudioFrame, now: float) -> bool:
        """Hold a frame; tell whether there is anything of it that has not been given back.

        Args:
            frame: The frame.
            now: When it comes.
        """
        if _samples(self.end - frame.pts, frame.rate) >= len(frame.samples):
            return False
        self._count += 1
        self.length += frame.duration
        self.latest = max(self.latest, frame.end)
        heapq.heappush(self._held, (frame.pts, self._count, frame, now))
        return True

    @property
    def length_behind(self) -> float:
        """Seconds of audio that are held behind the first frame."""
        return self.length - self._held[0][2].duration if self._held else 0.0

    def next(self) -> tuple[float, bool, float]:
        """Return when what is next ends, whether it is missing, and when the first frame came."""
        _, _, first, came = self._held[0]
        gap = self._gap(first)
        if gap:
            return self.end + self._piece(gap, first.rate) / first.rate, True, came
        return first.end, False, came

    def take(self) -> AudioFrame | None:
        """Return what comes next; None when all of it has been before."""
        first = self._held[0][2]
        gap = self._gap(first)
        if gap:
            count = self._piece(gap, first.rate)
            frame = AudioFrame(self._bridge.make(count, gap, first.samples), first.rate, self.end)
            self._holes.append((self.end, frame.end))
            self.made += frame.duration
        else:
            heapq.heappop(self._held)
            self.length = self.length - first.duration if self._held else 0.0
            over = max(_samples(self.end - first.pts, first.rate), 0)
            if over >= len(first.samples):
                return None
            frame = first if not over else _cut(first, over)
            self._note(frame)
        self.end = frame.end
        return frame

    def clear(self) -> None:
        """Forget all that is held."""
        self._held.clear()
        self.length = 0.0

    def _note(self, frame: AudioFrame) -> None:
        if _samples(frame.pts - self.end, frame.rate) > 0:
            self._bridge.forget()
            self._holes.append((self.end, frame.pts))
        self._bridge.note(frame)
        self._rate, self._size = frame.rate, max(self._size, frame.duration)

    def _gap(self, first: AudioFrame) -> int:
        """Return how many samples before a frame are to be made up."""
        gap = _samples(first.pts - self.end, first.rate)
        return gap if gap > 0 and self._bridge.spans(gap, first.rate) else 0

    def _piece(self, gap: int, rate: int) -> int:
        return min(gap, round(max(self._size, _PIECE) * rate))


def _samples(seconds: float, rate: int) -> int:
    """Return the whole samples in a time that is a difference of floats, or infinite."""
    return round(max(min(seconds, 1e9), -1e9) * rate)


def _cut(frame: AudioFrame, count: int) -> AudioFrame:
    return AudioFrame(frame.samples[count:], frame.rate, frame.pts + count / frame.rate)


__all__ = ["Sequence"]

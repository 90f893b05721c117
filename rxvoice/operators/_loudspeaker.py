"""What a loudspeaker plays, on the session's clock."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import SampleStream, is_silent
from rxvoice.items import AudioFrame

LONGEST = 60.0  # seconds that are kept, however early they come
JUMP = 0.002  # seconds by which times may leave the count of samples before they count anew


class Loudspeaker:
    """Keeps what is played, and gives it at any time in any sample rate.

    Attributes:
        until: Time at which the last audible sample has been heard.
    """

    def __init__(self) -> None:
        self.until: float = -math.inf
        self._coming: deque[AudioFrame] = deque()
        self._length = 0.0
        self._rate = 0
        self._pieces: deque[tuple[int, NDArray[np.int16]]] = deque()
        self._stream: SampleStream | None = None
        self._from_rate = 0
        self._next = 0
        self._end = -math.inf

    def play(self, frame: AudioFrame) -> None:
        """Take what will be heard at ``frame.pts``."""
        if not is_silent(frame.samples):
            self.until = max(self.until, frame.end)
        elif frame.pts > self.until:
            return
        self._coming.append(frame)
        self._length += frame.duration
        while self._length > LONGEST:
            self._length -= self._coming.popleft().duration

    def clear(self, now: float) -> None:
        """Forget what would be heard from a time on."""
        self.until = min(self.until, now)
        cut = [_before(now, frame) for frame in self._coming]
        self._coming = deque(frame for frame in cut if len(frame.samples))
        self._length = sum(frame.duration for frame in self._coming)
        last = round(now * self._rate)
        self._pieces = deque((at, piece[: max(last - at, 0)]) for at, piece in self._pieces)
        self._end = -math.inf

    def read(self, at: int, size: int, rate: int, *, memory: int = 0) -> NDArray[np.float32]:
        """Return what is heard, from -1 to 1, and forget what is older than that and ``memory``.

        Args:
            at: Time of the first sample, in samples.
            size: How many samples.
            rate: Samples a second.
            memory: How many samples before ``at`` are kept.
        """
        self._convert(rate)
        heard = np.zeros(size, np.float32)
        while self._pieces and self._pieces[0][0] + len(self._pieces[0][1]) <= at - memory:
            self._pieces.popleft()
        for place, piece in self._pieces:
            first, last = max(place, at), min(place + len(piece), at + size)
            if first < last:
                part = piece[first - place : last - place]
                np.multiply(part, np.float32(1.0 / 32768.0), out=heard[first - at : last - at])
        return heard

    def _convert(self, rate: int) -> None:
        if rate != self._rate:
            self._pieces.clear()
            self._rate, self._from_rate = rate, 0
        while self._coming:
            frame = self._coming.popleft()
            self._length -= frame.duration
            if frame.rate != self._from_rate:
                self._from_rate = frame.rate
                self._stream = _converter(frame.rate, rate)
                self._end = -math.inf
            if abs(frame.pts - self._end) > JUMP:
                self._next = round(frame.pts * rate)
                if self._stream is not None:
                    self._stream.clear()
            self._end = frame.end
            samples = frame.samples if self._stream is None else self._stream.push(frame.samples)
            self._pieces.append((self._next, samples))
            self._next += len(samples)


def _converter(rate: int, to_rate: int) -> SampleStream | None:
    """Return what holds back least: at most 40 ms, which is what `pace` gives in advance."""
    if rate == to_rate:
        return None
    down = rate > to_rate
    return SampleStream(rate, to_rate, quick=down, low_delay=not down)


def _before(now: float, frame: AudioFrame) -> AudioFrame:
    count = max(round((now - frame.pts) * frame.rate), 0)
    return AudioFrame(frame.samples[:count], frame.rate, frame.pts)

"""Audio of any rates as packets of one."""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import SampleStream
from rxvoice.items import AudioFrame

RATE: Final = 48_000
"""Samples a second of a track."""

PACKET: Final = 0.02
"""Seconds of audio in a packet."""

SAMPLES: Final = round(RATE * PACKET)
"""Samples of a packet."""


class Voice:
    """Resamples what is said, and cuts it.

    Attributes:
        ready: Samples at `RATE` that can be taken.
    """

    def __init__(self) -> None:
        self._parts: deque[NDArray[np.int16]] = deque()
        self._stream: SampleStream | None = None
        self._rate = RATE
        self._within = 0.0  # seconds that the resampler holds back
        self._end = 0.0
        self.ready: int = 0

    @property
    def held(self) -> float:
        """Seconds that were pushed and not taken."""
        return self.ready / RATE + self._within

    def push(self, part: AudioFrame) -> None:
        """Say something more."""
        if part.rate != self._rate:
            self.end()
            self._rate = part.rate
            self._stream = None
        if self._stream is None and part.rate != RATE:
            self._stream = SampleStream(part.rate, RATE, low_delay=True)
        self._end = part.end
        if self._stream is None:
            self._add(part.samples)
        else:
            self._within += part.duration
            self._add(self._stream.push(part.samples))

    def end(self) -> None:
        """Bring out what the resampler holds back: a pause follows, or another rate."""
        if self._stream is not None and self._within > 0.0:
            self._add(self._stream.flush())
            self._within = 0.0

    def take(self) -> tuple[NDArray[np.int16], float | None]:
        """Return a packet, and up to what time of the frames it is; None when it is silence."""
        packet = np.zeros(SAMPLES, np.int16)
        if not self.ready:
            return packet, None
        at = 0
        while at < SAMPLES and self._parts:
            part = self._parts.popleft()
            piece = part[: SAMPLES - at]
            packet[at : at + len(piece)] = piece
            at += len(piece)
            if len(piece) < len(part):
                self._parts.appendleft(part[len(piece) :])
        self.ready -= at
        return packet, self._end - self.held

    def _add(self, samples: NDArray[np.int16]) -> None:
        if len(samples):
            self._parts.append(samples)
            self.ready += len(samples)
            if self._stream is not None:
                self._within = max(self._within - len(samples) / RATE, 0.0)


__all__ = ["PACKET", "RATE", "SAMPLES", "Voice"]

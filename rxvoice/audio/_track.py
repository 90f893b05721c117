"""Where the frames of a speaker lie in a recording."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio._rate import SampleStream, check_rate
from rxvoice.items import AudioFrame

Piece: TypeAlias = tuple[int, NDArray[np.int16]]
"""Index of the first sample, and samples."""

PATIENCE = 0.02
"""Seconds by which a frame may be late and still follow the one before."""


class Track:
    """Places the frames of one speaker on the sample grid of a recording.

    Frames that follow each other stay together, sample by sample; a frame whose time is later by
    half its length or more, or by more than 20 ms, begins anew at its time. What is earlier follows
    what is there: nothing that was heard is overwritten, and no silence gets into speech. Since the
    times themselves are compared with the samples placed so far, small deviations cannot add up to
    a drift.

    Args:
        rate: Samples a second of the recording. Frames of other rates are resampled.
    """

    def __init__(self, rate: int) -> None:
        check_rate(rate, "rate")
        self._rate = rate
        self._stream: SampleStream | None = None
        self._from_rate = rate
        self._start = 0.0
        self._taken = 0
        self._next = 0
        self._fresh = True

    def place(self, frame: AudioFrame, start: float) -> list[Piece]:
        """Take a frame and say what to write.

        Args:
            frame: The frame.
            start: Its time in the recording, in seconds; negative times count as 0.
        """
        pieces: list[Piece] = []
        if not len(frame.samples):
            return pieces
        patience = 0.0 if self._fresh else min(frame.duration / 2.0, PATIENCE) - 1e-9
        late = start - self._end >= patience
        self._fresh = False
        if late or frame.rate != self._from_rate:
            pieces = self.flush()
            self._begin(frame.rate, start if late else self._end)
        self._taken += len(frame.samples)
        samples = frame.samples
        return pieces + self._piece(samples if self._stream is None else self._stream.push(samples))

    def cut(self, end: float) -> tuple[list[Piece], int]:
        """Forget what lies behind a time.

        Args:
            end: Time in the recording, in seconds.

        Returns:
            What to write before, and the index from which on nothing may be left.
        """
        pieces = self.flush()
        end = min(max(end, 0.0), self._end)
        self._begin(self._from_rate, end)
        self._fresh = True
        return pieces, self._next

    def flush(self) -> list[Piece]:
        """Say what the resampler held back, and begin anew behind it."""
        if self._stream is None:
            return []
        pieces = self._piece(self._stream.flush())
        self._begin(self._from_rate, self._end)
        return pieces

    @property
    def _end(self) -> float:
        return self._start + self._taken / self._from_rate

    def _begin(self, rate: int, start: float) -> None:
        if rate != self._from_rate:
            self._stream = SampleStream(rate, self._rate) if rate != self._rate else None
        self._from_rate = rate
        self._start = start
        self._taken = 0
        self._next = round(start * self._rate)

    def _piece(self, samples: NDArray[np.int16]) -> list[Piece]:
        at = self._next
        self._next += len(samples)
        return [(at, samples)] if len(samples) else []


__all__ = ["Piece", "Track"]

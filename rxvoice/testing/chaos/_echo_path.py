"""The way from a loudspeaker back into a microphone."""

from bisect import insort
from operator import itemgetter
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame
from rxvoice.testing.chaos._saturated import saturated

_Piece: TypeAlias = tuple[int, NDArray[np.int16]]
"""Place of its first sample, and the samples."""

LONGEST = 60.0
"""Seconds of played audio that are kept until the microphone has got that far."""


class EchoPath:
    """Keeps what was played until it is heard by the microphone; one subscription of `echo`.

    Places are sample numbers on the microphone's clock, so that the frames of both sides may have
    any size.

    Args:
        gain: Factor of the amplitude.
        shift: Seconds from the pts of what was played to that of its echo.
    """

    def __init__(self, gain: float, shift: float) -> None:
        self._gain = gain
        self._shift = shift
        self._rate = 0
        self._played: list[_Piece] = []
        self._kept = 0

    def play(self, frame: AudioFrame) -> None:
        """Take what is played."""
        self._check(frame, "of")
        if not len(frame.samples):
            return
        piece = (self._place(frame.pts + self._shift), frame.samples)
        insort(self._played, piece, key=itemgetter(0))
        self._kept += len(frame.samples)
        while self._kept > LONGEST * self._rate and len(self._played) > 1:
            self._kept -= len(self._played.pop(0)[1])

    def cut(self, pts: float) -> None:
        """Forget what would be played from a time on."""
        last = self._place(pts + self._shift)
        cut = [(place, samples[: max(last - place, 0)]) for place, samples in self._played]
        self._played = [piece for piece in cut if len(piece[1])]
        self._kept = sum(len(samples) for _, samples in self._played)

    def hear(self, frame: AudioFrame) -> AudioFrame:
        """Return what the microphone hears: what is said, and the echo."""
        self._check(frame, "the source")
        begin = self._place(frame.pts)
        end = begin + len(frame.samples)
        sounding: NDArray[np.int64] | None = None
        for place, samples in self._played:
            if place >= end:
                break
            first, last = max(place, begin), min(place + len(samples), end)
            if first < last:
                if sounding is None:
                    sounding = np.zeros(len(frame.samples), np.int64)
                sounding[first - begin : last - begin] += samples[first - place : last - place]
        while self._played and self._played[0][0] + len(self._played[0][1]) <= end:
            self._kept -= len(self._played.pop(0)[1])
        if sounding is None:
            return frame
        return AudioFrame(saturated(frame.samples + sounding * self._gain), frame.rate, frame.pts)

    def _place(self, pts: float) -> int:
        return round(pts * self._rate)

    def _check(self, frame: AudioFrame, name: str) -> None:
        if not self._rate:
            self._rate = frame.rate
        if frame.rate != self._rate:
            raise AudioFormatError(
                f"echo has {self._rate} Hz and cannot take {frame.rate} Hz from {name}; resample it"
            )


__all__ = ["EchoPath"]

"""What the far end says, on one clock."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import StreamResampler
from rxvoice.items import AudioFrame

_TOLERANCE: Final = 1.0
"""Seconds by which audio may jump ahead of the time that has passed."""


class Ear:
    """Brings the audio of the tracks of a call to one rate and to one clock.

    The clock counts from the first sample. What is missing between two pieces is a gap in it, as
    the far end's own times say; where these go back, or further ahead than time did, what comes
    next follows what was last.

    Args:
        rate: Samples a second that come out.

    Attributes:
        position: Time after the last sample that came, in seconds.
    """

    def __init__(self, rate: int) -> None:
        self.position = 0.0
        self._rate = rate
        self._resamplers: dict[int, StreamResampler] = {}
        self._offset: float | None = None
        self._at = 0.0

    def begin(self) -> None:
        """Listen to another track, whose times begin anew."""
        self._offset = None

    def hear(
        self, samples: NDArray[np.int16], rate: int, pts: float, now: float
    ) -> list[AudioFrame]:
        """Take a piece of a track and return what can be given on.

        Args:
            samples: Mono.
            rate: Samples a second of the track.
            pts: Time of the first sample on the track's clock.
            now: The time, on any clock, in seconds.
        """
        passed = now - self._at if self._at else 0.0
        duration = len(samples) / rate
        if self._offset is None:
            self._offset = self.position + max(passed - duration, 0.0) - pts
            if not self._at:
                self._offset = -pts
        start = self._offset + pts
        early = start - self.position
        if early < -0.5 / rate or early > passed + _TOLERANCE:
            start = self.position
            self._offset = start - pts
        self.position = start + duration
        self._at = now
        resampler = self._resamplers.get(rate)
        if resampler is None:
            resampler = StreamResampler(self._rate, low_delay=True)
            self._resamplers = {rate: resampler}
        return resampler.push(AudioFrame(samples, rate, start))


__all__ = ["Ear"]

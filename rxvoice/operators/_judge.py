"""What a frame says about speech."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame
from rxvoice.operators._speech_state import volume
from rxvoice.operators._windows import Windows

Judgement: TypeAlias = tuple[float, float | Exception, float]
"""Of a window: when it ends, the probability of speech, and its volume."""


@dataclass(slots=True)
class Judged:
    """What a frame says.

    Attributes:
        gap: By how much its time leaves that of the frame before, where it does not follow it.
        end: Time just after its last sample.
        lag: Seconds of audio that still wait for a window to be full.
        windows: The windows that it completes. Of a run of failures only the first is an
            exception; the others have probability 0.
    """

    gap: float
    end: float
    lag: float
    windows: Sequence[Judgement]


class Judge:
    """Puts one stream of audio to a detector.

    Args:
        detector: Judges.

    Attributes:
        hole: A step ahead in time, in seconds, from which the detector begins anew.
    """

    def __init__(self, detector: VoiceDetector) -> None:
        self.hole = math.inf
        self._detector = detector
        self._windows = Windows(detector.rate, detector.window)
        self._failing = False

    @property
    def window(self) -> float:
        """Length of a window in seconds."""
        return self._detector.window / self._detector.rate

    def push(self, frame: AudioFrame) -> Judged:
        """Take a frame that is not empty."""
        windows = self._windows
        gap = windows.gap(frame)
        if gap >= self.hole:
            self._begin_anew()
        elif gap:
            windows.restart()
        full = windows.push(frame)
        found = (
            [(end, self._probability(samples), volume(samples)) for end, samples in full]
            if full
            else ()
        )
        return Judged(gap, windows.end, windows.lag, found)

    def forget(self) -> None:
        """Begin anew with the next frame."""
        self._begin_anew()

    def close(self) -> None:
        """Release the detector."""
        self._detector.close()

    def _begin_anew(self) -> None:
        self._windows.restart()
        self._detector.reset()

    def _probability(self, window: NDArray[np.int16]) -> float | Exception:
        try:
            probability = self._detector(window)
        except Exception as error:
            told, self._failing = self._failing, True
            return 0.0 if told else error
        self._failing = False
        return probability

"""What a frame says about speech."""

import math
from collections.abc import Sequence
from typing import TypeAlias

from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame
from rxvoice.operators._speech_state import Meter
from rxvoice.operators._windows import Windows

Judgement: TypeAlias = tuple[float, float | Exception, float]
"""Of a window: when it ends, the probability of speech, and its volume.

Of a run of failures only the first is an exception; the others have probability 0.
"""

Judged: TypeAlias = tuple[float, float, float, Sequence[Judgement]]
"""Of a frame: a step in time before it, or 0; when it ends; how many seconds of audio still wait
for a window to be full; the windows that it completes."""


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
        self._volume = Meter(detector.window)
        self._failing = False

    @property
    def window(self) -> float:
        """Length of a window in seconds."""
        return self._detector.window / self._detector.rate

    def push(self, frame: AudioFrame) -> Judged:
        """Take a frame that is not empty."""
        windows, detector = self._windows, self._detector
        full = windows.push(frame)
        if windows.step >= self.hole:
            detector.reset()
        judgements: Sequence[Judgement] = ()
        if full:
            judgements = []
            for end, samples in full:
                try:
                    found: float | Exception = detector(samples)
                    self._failing = False
                except Exception as error:
                    found = 0.0 if self._failing else error
                    self._failing = True
                judgements.append((end, found, self._volume(samples)))
        return windows.step, windows.end, windows.lag, judgements

    def forget(self) -> None:
        """Begin anew with the next frame."""
        self._windows.restart()
        self._detector.reset()

    def close(self) -> None:
        """Release the detector."""
        self._detector.close()

"""The state machine of voice activity."""

import math
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import VadOptions

SMOOTHING = 0.2
QUIETEST = 1e-10


class SpeechState(Enum):
    """Where a stream stands: only ``QUIET`` and ``SPEAKING`` are stable."""

    QUIET = "quiet"
    STARTING = "starting"
    SPEAKING = "speaking"
    STOPPING = "stopping"


class SpeechStateMachine:
    """Turns judgements of single windows into stable speech and silence.

    Speech needs ``min_speech`` of consecutive speech windows, silence ``min_silence`` of
    consecutive silent ones (each rounded to whole windows, at least one). One window of the other
    kind in between goes back to where it was.

    Args:
        window: Length of a window in seconds.
        options: ``threshold``, ``min_volume`` (see `Meter`), ``min_speech`` and ``min_silence``.

    Attributes:
        speaking: Whether the last stable state was speech.
    """

    def __init__(self, window: float, options: VadOptions) -> None:
        self.speaking = False
        self._window = window
        self._volume = 0.0
        self.change(options)

    def change(self, options: VadOptions) -> None:
        """Go by other options from now on, and count anew. The stable state stays."""
        self._threshold = options.threshold
        self._min_volume = options.min_volume
        self._start = max(1, round(options.min_speech / self._window))
        self._stop = max(1, round(options.min_silence / self._window))
        self._count = 0

    def step(self, probability: float, volume: float) -> bool:
        """Take one window.

        Args:
            probability: Of speech, 0 to 1; what is no number counts as silence.
            volume: See `Meter`. It rises at once and falls smoothly, so that no onset is lost.

        Returns:
            Whether the stable state has changed.
        """
        before = self._volume
        self._volume = volume if volume >= before else before + SMOOTHING * (volume - before)
        speech = probability >= self._threshold and self._volume >= self._min_volume
        if speech == self.speaking:
            self._count = 0
            return False
        self._count += 1
        if self._count < (self._stop if self.speaking else self._start):
            return False
        self.speaking, self._count = not self.speaking, 0
        return True

    @property
    def state(self) -> SpeechState:
        """Where the stream stands."""
        if self.speaking:
            return SpeechState.STOPPING if self._count else SpeechState.SPEAKING
        return SpeechState.STARTING if self._count else SpeechState.QUIET

    @property
    def stable(self) -> bool:
        """Whether the last window agreed with the stable state."""
        return not self._count

    @property
    def leaning(self) -> float:
        """How long the windows have been of the other kind, in seconds."""
        return self._count * self._window

    def reset(self) -> None:
        """Go back to quiet."""
        self.speaking, self._count, self._volume = False, 0, 0.0


class Meter:
    """Measures how loud windows of one size are, on a scale from 0 to 1.

    It is linear in decibels: 0.1 is −100 dBFS and below, 1 is −10 dBFS and above; 0.6, the usual
    minimum of speech, is −50 dBFS.

    Args:
        size: Samples of a window.
    """

    def __init__(self, size: int) -> None:
        self._values = np.empty(size, np.float32)
        self._scale = 1.0 / (size * 32768.0**2)

    def __call__(self, samples: NDArray[np.int16]) -> float:
        """Return the volume of a window."""
        values = self._values
        values[...] = samples
        power = float(values.dot(values)) * self._scale
        return min(1.0, (10.0 * math.log10(power) + 110.0) / 100.0) if power > QUIETEST else 0.1

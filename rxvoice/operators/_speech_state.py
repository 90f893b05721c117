"""The state machine of voice activity."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import loudness

SMOOTHING = 0.2


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
        threshold: Probability from which a window may count as speech.
        min_volume: Volume from which it may, see `volume`.
        min_speech: Seconds.
        min_silence: Seconds.

    Attributes:
        speaking: Whether the last stable state was speech.
    """

    def __init__(
        self,
        window: float,
        *,
        threshold: float,
        min_volume: float,
        min_speech: float,
        min_silence: float,
    ) -> None:
        self.speaking = False
        self._window = window
        self._volume = 0.0
        self._count = 0
        self.change(
            threshold=threshold,
            min_volume=min_volume,
            min_speech=min_speech,
            min_silence=min_silence,
        )

    def change(
        self, *, threshold: float, min_volume: float, min_speech: float, min_silence: float
    ) -> None:
        """Go by other numbers from now on, and count anew. The stable state stays."""
        self._threshold = threshold
        self._min_volume = min_volume
        self._start = max(1, round(min_speech / self._window))
        self._stop = max(1, round(min_silence / self._window))
        self._count = 0

    def step(self, probability: float, volume: float) -> bool:
        """Take one window.

        Args:
            probability: Of speech, 0 to 1; what is no number counts as silence.
            volume: See `volume`. It rises at once and falls smoothly, so that no onset is lost.

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


def volume(samples: NDArray[np.int16]) -> float:
    """Return the loudness of a window on a scale from 0 to 1.

    It is linear in decibels: 0 is −110 dBFS and below, 1 is −10 dBFS and above; 0.6, the usual
    minimum of speech, is −50 dBFS.

    Args:
        samples: Shape ``(n,)``.
    """
    return min(1.0, (loudness(samples) + 110.0) / 100.0)

"""The inside of `noise`: one subscription."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame
from rxvoice.testing.chaos._colours import COLOURS, Colour, Recorded
from rxvoice.testing.chaos._saturated import saturated
from rxvoice.testing.chaos._speech_level import SpeechLevel, block_size


class NoiseMixer:
    """Adds noise to frames that follow each other.

    With a ratio, the gain of each block of 20 ms follows from the blocks before it, so that it does
    not matter how the audio is cut into frames.

    Args:
        kind: A colour, or a recording.
        seed: Which noise.
        level_db: Its level in dB below full scale; None when ``snr_db`` is given.
        snr_db: How far below the speech it is.
    """

    def __init__(
        self, kind: str | AudioFrame, seed: int, level_db: float | None, snr_db: float | None
    ) -> None:
        self._snr_db = snr_db
        self._speech = SpeechLevel()
        self._rate = 0
        self._block: list[NDArray[np.int16]] = []
        self._room = 0
        self._recording = kind if isinstance(kind, AudioFrame) else None
        self._noise = (
            Recorded(kind.samples, seed)
            if isinstance(kind, AudioFrame)
            else Colour(COLOURS[kind], seed)
        )
        self._gain = 0.0
        self._set(level_db if snr_db is None else self._speech.decibels - snr_db)

    def mix(self, frame: AudioFrame) -> AudioFrame:
        """Return the frame with noise."""
        if frame.rate != self._rate:
            self._begin(frame.rate)
        gain = self._gain if self._snr_db is None else self._gains(frame.samples)
        sums = frame.samples + gain * self._noise.take(len(frame.samples))
        return AudioFrame(saturated(sums), frame.rate, frame.pts)

    def _gains(self, samples: NDArray[np.int16]) -> NDArray[np.float64]:
        """Return the gain of each sample, and learn from the samples how loud the speech is."""
        gains = np.empty(len(samples))
        at = 0
        while at < len(samples):
            piece = samples[at : at + self._room]
            gains[at : at + len(piece)] = self._gain
            self._block.append(piece)
            self._room -= len(piece)
            at += len(piece)
            if not self._room:
                self._speech.add(np.concatenate(self._block))
                self._set(self._speech.decibels - (self._snr_db or 0.0))
                self._begin(self._rate)
        return gains

    def _begin(self, rate: int) -> None:
        """Begin a block."""
        if self._recording is not None and rate != self._recording.rate:
            raise AudioFormatError(
                f"noise is a recording at {self._recording.rate} Hz and cannot be added to audio "
                f"at {rate} Hz; resample one of them"
            )
        self._rate, self._block, self._room = rate, [], block_size(rate)

    def _set(self, decibels: float | None) -> None:
        self._gain = 0.0 if decibels is None else 32_768.0 * 10.0 ** (decibels / 20.0)


__all__ = ["NoiseMixer"]

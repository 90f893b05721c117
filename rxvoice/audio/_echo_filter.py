"""What a loudspeaker adds to a microphone, learnt while it plays."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

BLOCK: Final = 0.02
"""Seconds of a block."""

BAND: Final = 4000.0
"""Hz up to which the path is learnt; above, little of speech is left and cost would double."""

_KEEP: Final = 0.999  # of what is known from block to block; paths change, clocks drift
_NEAR: Final = 0.8  # smoothing of the power of what is not echo
_FLOOR: Final = 1e-6  # power in a bin of 16-bit silence
_RECENT: Final = 0.8  # smoothing of the powers that tell whether the path still fits
_MISFIT: Final = 3  # blocks in a row that must say so
_SPREAD: Final = 3  # blocks by which a path may have moved then
_NONLINEAR: Final = 0.03  # of the echo's power, -15 dB: what a loudspeaker distorts is not learnt


class EchoFilter:
    """Estimates the path from the loudspeaker to the microphone, block by block.

    It is the partitioned-block Kalman filter in the frequency domain, in its diagonal form: for
    each part of the path and each bin it holds the gain and how uncertain that is. The user's
    speech is the noise of the measurement, so that it stops the learning by itself, and the
    uncertainty tells how much echo may be left, also while nothing is known yet.

    A path that moves (another device, a clock that jumps) makes what is subtracted an addition.
    That is noticed by the powers before and after, and the filter begins anew, with the old path,
    spread a little in time, as what it expects.

    Args:
        rate: Samples a second of both signals.
        parts: Blocks that the path may be long, delay and room together.
        loudest: Power gain that the path may have while nothing is known of it.
    """

    def __init__(self, rate: int, *, parts: int, loudest: float) -> None:
        self.size: Final = max(round(rate * BLOCK), 1)
        self.bins: Final = min(self.size, round(BAND * 2 * BLOCK)) + 1
        self._parts = parts
        self._loudest = loudest
        self._prior = loudest / parts
        shape = (parts, self.bins)
        self._gain = np.zeros(shape, np.complex64)
        self._doubt: Floats = np.full(shape, self._prior, np.float32)
        self._terms = np.empty(shape, np.complex64)
        self._powers: Floats = np.empty(shape, np.float32)
        self._squares: Floats = np.empty(shape, np.float32)
        # Twice as long as the path, so that the latest blocks are one slice, the newest first.
        self._spectra = np.zeros((2 * parts, self.bins), np.complex64)
        self._conjugates = np.zeros_like(self._spectra)
        self._energies: Floats = np.zeros(self._spectra.shape, np.float32)
        self._newest = 0
        self._played: Floats = np.zeros(2 * self.size, np.float32)
        self._error: Floats = np.zeros(2 * self.size, np.float32)
        self._spectrum = np.zeros(self.size + 1, np.complex64)
        self._near: Floats = np.full(self.bins, _FLOOR, np.float32)
        self._recent = np.zeros(3)
        self._misfits = 0
        self._tidied = 0

    def step(self, heard: Floats, played: Floats) -> tuple[Floats, Floats]:
        """Take a block of both signals and learn from it.

        Args:
            heard: Shape ``(size,)``, from the microphone.
            played: Shape ``(size,)``, from the loudspeaker.

        Returns:
            What was heard without the echo that is known, shape ``(size,)``, and the power of the
            echo that may be left in it, for each bin, shape ``(bins,)``.
        """
        size = self.size
        spectra, conjugates, energies = self._push(played)
        np.multiply(self._gain, spectra, out=self._terms)
        echo = self._terms.sum(axis=0)
        self._spectrum[: self.bins] = echo
        known = np.fft.irfft(self._spectrum, 2 * size)[size:].astype(np.float32)
        error = self._error[size:]
        np.subtract(heard, known, out=error)
        spectrum = np.fft.rfft(self._error)[: self.bins].astype(np.complex64)
        if self._moved(heard, error, known):
            self._begin_anew()
        np.multiply(self._doubt, energies, out=self._powers)
        left: Floats = 0.5 * self._powers.sum(axis=0)
        unknown = 0.5 * self._unlearnt()
        self._near *= _NEAR
        self._near += (1.0 - _NEAR) * power(spectrum)
        total = 2.0 * (left + self._near + _FLOOR)
        np.multiply(conjugates, spectrum / total, out=self._terms)
        self._terms *= self._doubt
        self._gain += self._terms
        self._powers *= (-0.5 * _KEEP) / total
        self._powers += _KEEP
        self._doubt *= self._powers
        np.square(self._gain.real, out=self._powers)
        self._powers += np.square(self._gain.imag)
        self._powers *= 1.0 - _KEEP
        self._doubt += self._powers
        self._tidy()
        return error.copy(), np.maximum(left, unknown) + 0.5 * _NONLINEAR * power(echo)

    def recall(self, played: Floats) -> None:
        """Take a block that was played before the first `step`, of shape ``(size,)``."""
        self._push(played)

    def restart(self) -> None:
        """Forget the signals and keep the path."""
        for signal in (self._spectra, self._conjugates, self._energies, self._played):
            signal.fill(0.0)
        self._recent.fill(0.0)
        self._misfits = 0

    def move(self, blocks: int) -> None:
        """Let the path be longer by a number of blocks, or shorter by a negative one."""
        blocks = min(max(blocks, -self._parts), self._parts)
        if not blocks:
            return
        self._gain = np.roll(self._gain, blocks, axis=0)
        self._doubt = np.roll(self._doubt, blocks, axis=0)
        come = slice(0, blocks) if blocks >= 0 else slice(blocks, None)
        self._gain[come] = 0.0
        self._doubt[come] = self._prior

    def _push(self, played: Floats) -> tuple[NDArray[np.complex64], NDArray[np.complex64], Floats]:
        size = self.size
        self._played[:size] = self._played[size:]
        self._played[size:] = played
        at = self._newest = (self._newest or self._parts) - 1
        spectrum = np.fft.rfft(self._played)[: self.bins].astype(np.complex64)
        both = slice(at, at + self._parts + 1, self._parts)
        self._spectra[both] = spectrum
        self._conjugates[both] = spectrum.conj()
        self._energies[both] = power(spectrum)
        latest = slice(at, at + self._parts)
        return self._spectra[latest], self._conjugates[latest], self._energies[latest]

    def _unlearnt(self) -> Floats:
        """Return the power of an echo that lies in one part of which nothing is known yet."""
        np.multiply(self._powers, self._doubt, out=self._squares)
        return self._squares.max(axis=0) * (self._loudest / self._prior**2)

    def _moved(self, heard: Floats, error: Floats, known: Floats) -> bool:
        """Tell whether what was subtracted has for some time been no part of what is heard."""
        self._recent *= _RECENT
        self._recent += [np.dot(signal, signal) for signal in (heard, error, known)]
        before, after, subtracted = self._recent
        misfit = subtracted > 0.25 * before and after - before > 0.3 * subtracted
        self._misfits = self._misfits + 1 if misfit else 0
        return self._misfits >= _MISFIT

    def _begin_anew(self) -> None:
        parts = self._parts
        expected = np.zeros((parts + 2 * _SPREAD, self.bins), np.float32)
        for shift in range(2 * _SPREAD + 1):
            expected[shift : shift + parts] += power(self._gain)
        expected *= 2.0 / (2 * _SPREAD + 1)
        np.maximum(self._doubt, expected[_SPREAD:-_SPREAD], out=self._doubt)
        self._gain.fill(0.0)
        self._recent.fill(0.0)
        self._misfits = 0

    def _tidy(self) -> None:
        """Keep a path of one block in each part; by turns, for it takes two transforms."""
        for _ in range(1):
            part = self._tidied = (self._tidied + 1) % self._parts
            self._spectrum[: self.bins] = self._gain[part]
            path = np.fft.irfft(self._spectrum, 2 * self.size)
            path[self.size :] = 0.0
            self._gain[part] = np.fft.rfft(path)[: self.bins]


def power(spectrum: NDArray[np.complex64]) -> Floats:
    """Return the squared magnitude of each bin."""
    return np.square(spectrum.real) + np.square(spectrum.imag)


__all__ = ["BLOCK", "EchoFilter", "Floats", "power"]

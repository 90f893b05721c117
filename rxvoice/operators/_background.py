"""The background that `mix_background` mixes in: sounds with their places and volumes."""

import math

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import mix

RAMP = 0.02
"""Seconds in which the volume goes from nothing to all, so that no change clicks."""


class Background:
    """Sounds, of which the latest one plays and those before are fading away.

    Args:
        rate: Samples a second.
    """

    def __init__(self, rate: int) -> None:
        self._slope = 1.0 / (RAMP * rate)
        self._sounds: list[_Sound] = []
        self._volume = 0.0
        self._loop = True
        self._on = True

    @property
    def audible(self) -> bool:
        """Whether there is something to be heard."""
        return any(sound.audible for sound in self._sounds)

    def play(self, samples: NDArray[np.int16]) -> None:
        """Play another sound from its beginning."""
        for sound in self._sounds:
            sound.target = 0.0
        self._sounds.append(_Sound(samples, self._slope))
        self.set_loop(self._loop)
        self._apply()

    def set_volume(self, volume: float) -> None:
        """Play louder or lower.

        Raises:
            ValueError: When it is not in 0…1.
        """
        if not 0.0 <= volume <= 1.0:
            raise ValueError(f"volume must be in 0…1, got {volume}")
        self._volume = volume
        self._apply()

    def set_loop(self, loop: bool) -> None:
        """Begin anew behind the end, or do not."""
        self._loop = loop
        for sound in self._sounds[-1:]:
            sound.set_loop(loop)

    def set_on(self, on: bool) -> None:
        """Play, or keep the place and be silent."""
        self._on = on
        self._apply()

    def render(self, count: int) -> NDArray[np.int16]:
        """Return the next samples."""
        heard = mix(*(sound.render(count) for sound in self._sounds), np.zeros(count, np.int16))
        latest = self._sounds[-1:]
        self._sounds = [sound for sound in self._sounds[:-1] if sound.audible] + latest
        return heard

    def rewind(self, count: int) -> None:
        """Take back the last samples, for nobody heard them."""
        self._sounds = self._sounds[-1:]
        for sound in self._sounds:
            sound.rewind(count)

    def _apply(self) -> None:
        for sound in self._sounds[-1:]:
            sound.target = self._volume if self._on else 0.0


class _Sound:
    """One sound.

    Attributes:
        target: The volume that it is going to have.
    """

    def __init__(self, samples: NDArray[np.int16], slope: float) -> None:
        self.target = 0.0
        self._samples = samples
        self._slope = slope
        self._gain = 0.0
        self._at = 0
        self._end: float = math.inf

    @property
    def audible(self) -> bool:
        there = len(self._samples) > 0 and self._at < self._end
        return there and (self._gain > 0.0 or self.target > 0.0)

    def set_loop(self, loop: bool) -> None:
        size = max(len(self._samples), 1)
        self._end = math.inf if loop else (self._at // size + 1) * size

    def render(self, count: int) -> NDArray[np.int16]:
        if not self.audible:
            return np.zeros(0, np.int16)
        places = np.arange(self._at, min(self._at + count, self._end), dtype=np.int64)
        self._at += count
        samples = self._samples.take(places, mode="wrap")
        return np.rint(samples * self._gains(count)[: len(samples)]).astype(np.int16)

    def rewind(self, count: int) -> None:
        if self.audible:
            self._at = max(self._at - count, 0)
            self._gain = self.target

    def _gains(self, count: int) -> NDArray[np.float64]:
        way = self.target - self._gain
        steps = np.minimum(np.arange(1, count + 1) * self._slope, abs(way))
        gains = self._gain + np.copysign(steps, way)
        reached = count * self._slope >= abs(way)
        self._gain = self.target if reached else float(gains[-1])
        return gains

"""Filters that work on frames of 10 ms at rates of their own."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import SampleStream

Samples = NDArray[np.int16]
NOTHING: Samples = np.empty(0, np.int16)
PATIENCE = 100


class Frames(Protocol):
    """Something that changes a stream frame by frame."""

    @property
    def rate(self) -> int:
        """Samples a second that it wants."""
        ...

    @property
    def late(self) -> int:
        """Samples by which what it gives is late."""
        ...

    def __call__(self, frame: Samples, /) -> Samples:
        """Take a frame of 10 ms and return another."""
        ...

    def tune(self, settings: Mapping[str, float], /) -> None:
        """Change settings."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


class FramedFilter:
    """A `rxvoice.contracts.AudioFilter` for audio of any rate and in pieces of any size.

    Args:
        open: Opens what works on the frames, for the rate that comes.
    """

    def __init__(self, open: Callable[[int], Frames]) -> None:
        self._open = open
        self._frames: Frames | None = None
        self._settings: dict[str, float] = {}
        self._there: SampleStream | None = None
        self._back: SampleStream | None = None
        self._begin()

    def start(self, rate: int) -> None:
        """Begin, with a new state."""
        self.close()
        self._frames = frames = self._open(rate)
        frames.tune(self._settings)
        if frames.rate != rate:
            self._there = SampleStream(rate, frames.rate, low_delay=True)
            self._back = SampleStream(frames.rate, rate, low_delay=True)
        else:
            self._there = self._back = None
        self._begin()

    def __call__(self, samples: Samples, /) -> Samples:
        """Take samples and return what is ready."""
        self._taken += len(samples)
        ready = self._push(samples)[: self._taken - self._given]
        self._given += len(ready)
        return ready

    def tune(self, settings: Mapping[str, float], /) -> None:
        """Change settings; before `start` they are kept for it."""
        if self._frames is not None:
            self._frames.tune(settings)
        self._settings.update(settings)

    def flush(self) -> Samples:
        """Return what is held back, and forget the signal but not the state."""
        missing = self._taken - self._given
        rest: list[Samples] = []
        for _ in range(PATIENCE):
            if missing <= 0 or self._frames is None:
                break
            rest.append(self._push(np.zeros(max(missing, 160), np.int16))[:missing])
            missing -= len(rest[-1])
        for stream in (self._there, self._back):
            if stream is not None:
                stream.clear()
        self._begin()
        return np.concatenate(rest) if rest else NOTHING

    def close(self) -> None:
        """Release the state."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _begin(self) -> None:
        self._pending = NOTHING
        self._taken = self._given = 0
        self._drop = self._frames.late if self._frames is not None else 0

    def _push(self, samples: Samples) -> Samples:
        frames = self._frames
        if frames is None:
            raise RuntimeError("the filter was not started")
        if self._there is not None:
            samples = self._there.push(samples)
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        size = frames.rate // 100
        rest = len(samples) % size
        done = [frames(samples[at : at + size]) for at in range(0, len(samples) - rest, size)]
        self._pending = samples[len(samples) - rest :]
        ready = np.concatenate(done) if done else NOTHING
        if self._drop:
            dropped = min(self._drop, len(ready))
            self._drop -= dropped
            ready = ready[dropped:]
        return ready if self._back is None else self._back.push(ready)


__all__ = ["FramedFilter", "Frames", "Samples"]

"""The inside of `without_echo`: one subscription."""

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import pcm_from_float, pcm_to_float
from rxvoice.items import AudioFrame
from rxvoice.operators._loudspeaker import Loudspeaker

MAX_JITTER = 0.005  # seconds by which the frames' times may leave the count of samples
PERIOD = 8.0  # seconds after which it is forgotten how early frames came
EMPTY = np.empty(0, np.int16)


class EchoRemover(Protocol):
    """Takes echo out of one stream, block by block; all blocks have the shape ``(size,)``."""

    @property
    def size(self) -> int:
        """Samples of a block."""
        ...

    @property
    def late(self) -> int:
        """Samples by which what it gives is late: a block or none."""
        ...

    def step(self, heard: NDArray[np.float32], played: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a block of both sides and return one without echo."""
        ...

    def flush(self) -> NDArray[np.float32]:
        """Return the ``late`` samples that are still inside."""
        ...

    def restart(self, moved: int) -> None:
        """Forget the signals; what is played is from now on earlier by ``moved`` blocks."""
        ...

    def recall(self, played: NDArray[np.float32]) -> None:
        """Take a block that was played before what comes."""
        ...


class EchoGating:
    """Lets the user's audio pass, without the echo of what is played.

    Both sides are counted in samples of the session's clock. The user's are placed there by how
    early their frames come, so that all delays there are lie in the path of the echo. Where that
    changes, the path is moved by whole blocks and the rest is left to be learnt.

    Args:
        make: Makes a remover for a sample rate.
        reach: Seconds for which what was played may still be heard.
        always: Whether audio goes through the remover while nothing is heard of it, too.
    """

    def __init__(
        self, make: Callable[[int], EchoRemover], *, reach: float, always: bool = False
    ) -> None:
        self.speaker = Loudspeaker()
        self._make = make
        self._reach = reach
        self._always = always
        self._remover: EchoRemover | None = None
        self._running: EchoRemover | None = None
        self._arrivals = _Arrivals()
        self._shift = 0
        self._rate = 0
        self._end = 0.0
        self._at = 0
        self._waiting: NDArray[np.int16] = EMPTY
        self._late = 0

    def hear(self, frame: AudioFrame, now: float) -> list[AudioFrame]:
        """Take a frame of the user and return what is ready."""
        if not len(frame.samples):
            return [frame]
        ready: list[AudioFrame] = []
        if frame.rate != self._rate or abs(frame.pts - self._end) > MAX_JITTER:
            ready = self.flush()
        if frame.rate != self._rate:
            self._rate = frame.rate
            self._remover = None
        earliest = self._arrivals.note(now - frame.end, now)
        silent = frame.pts + earliest >= self.speaker.until + self._reach
        if silent and not self._always:
            ready += self.flush()
            ready.append(frame)
            self._end = frame.end
            return ready
        remover = self._running or self._start(frame, earliest)
        self._end = frame.end
        return ready + self._timed(self._take(remover, frame.samples))

    def flush(self) -> list[AudioFrame]:
        """Return what was held back, and begin anew."""
        remover, self._running = self._running, None
        if remover is None:
            return []
        rest = pcm_from_float(remover.flush()) if self._late else EMPTY
        rest = np.concatenate((rest, self._waiting))
        self._waiting, self._late = EMPTY, 0
        return self._timed(rest)

    def dispose(self) -> None:
        """Forget all."""
        self.speaker = Loudspeaker()
        self._remover = self._running = None

    def _start(self, frame: AudioFrame, earliest: float) -> EchoRemover:
        """Begin with a frame: find its place, and what was played before it."""
        rate, place = frame.rate, round(earliest * frame.rate)
        if self._remover is None:
            self._remover = self._make(rate)
            self._shift = place
        self._running = remover = self._remover
        size = remover.size
        moved = round((place - self._shift) / size)
        self._shift += moved * size
        remover.restart(moved)
        self._at = round(frame.pts * rate) + self._shift
        blocks = math.ceil(self._reach * rate / size)
        for at in range(self._at - blocks * size, self._at, size):
            remover.recall(self.speaker.read(at, size, rate))
        return remover

    def _take(self, remover: EchoRemover, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        size, memory = remover.size, round(self._reach * self._rate)
        if len(self._waiting):
            samples = np.concatenate((self._waiting, samples))
        rest = len(samples) % size
        clear: list[NDArray[np.float32]] = []
        for first in range(0, len(samples) - rest, size):
            played = self.speaker.read(self._at, size, self._rate, memory=memory)
            clear.append(remover.step(pcm_to_float(samples[first : first + size]), played))
            self._at += size
        self._waiting = samples[len(samples) - rest :]
        if clear and self._late < remover.late:
            self._late = remover.late
            del clear[0]
        return pcm_from_float(np.concatenate(clear)) if clear else EMPTY

    def _timed(self, samples: NDArray[np.int16]) -> list[AudioFrame]:
        """Return samples that end where those that are held back begin."""
        if not len(samples):
            return []
        held = len(self._waiting) + self._late
        pts = self._end - (len(samples) + held) / self._rate
        return [AudioFrame(samples, self._rate, pts)]


class _Arrivals:
    """How early frames come, the earliest of the last seconds."""

    def __init__(self) -> None:
        self._before = self._lately = math.inf
        self._since = -math.inf

    def note(self, early: float, now: float) -> float:
        """Take how much later than its end a frame came, and return the least of late."""
        if now - self._since > PERIOD:
            self._before, self._lately, self._since = self._lately, math.inf, now
        self._lately = min(self._lately, early)
        return min(self._before, self._lately)

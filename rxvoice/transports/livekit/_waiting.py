"""Audio that waits to be played, and what became of it."""

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import StreamResampler
from rxvoice.items import AudioFrame

Action = Callable[[], None]


class Waiting:
    """Audio of one rate, and what happens behind it, in order.

    Args:
        rate: Samples a second; other audio is resampled.

    Attributes:
        seconds: How much audio waits.
    """

    def __init__(self, rate: int) -> None:
        self.seconds = 0.0
        self._rate = rate
        self._queue: deque[AudioFrame | Action] = deque()
        self._resampler: StreamResampler | None = None
        self._from_rate = rate

    def __bool__(self) -> bool:
        return bool(self._queue)

    def put(self, frame: AudioFrame) -> None:
        """Let audio wait behind all that does."""
        if frame.rate != self._from_rate:
            self.flush()
            self._from_rate = frame.rate
            self._resampler = None
            if frame.rate != self._rate:
                self._resampler = StreamResampler(self._rate, low_delay=True)
        self._put([frame] if self._resampler is None else self._resampler.push(frame))

    def flush(self) -> bool:
        """Let what the resampler holds back wait, too, and return whether there was anything."""
        held = [] if self._resampler is None else self._resampler.flush()
        self._put(held)
        return bool(held)

    def put_behind(self, action: Action) -> None:
        """Let something happen when its turn has come."""
        self.flush()
        self._queue.append(action)

    def clear(self) -> list[Action]:
        """Forget all audio, and return what was to happen behind it."""
        actions = [one for one in self._queue if not isinstance(one, AudioFrame)]
        self._queue.clear()
        self.seconds = 0.0
        if self._resampler is not None:
            self._resampler.clear()
        return actions

    def next_action(self) -> Action | None:
        """Take what happens next, if it does so before any audio."""
        if self._queue and not isinstance(self._queue[0], AudioFrame):
            action = self._queue.popleft()
            return None if isinstance(action, AudioFrame) else action
        return None

    def next_audio(self, duration: float) -> AudioFrame | None:
        """Take the audio that is next, if it comes before anything else.

        Args:
            duration: Seconds of it at most.
        """
        wanted = max(round(duration * self._rate), 1)
        parts: list[NDArray[np.int16]] = []
        end = 0.0
        while wanted and self._queue:
            frame = self._queue[0]
            if not isinstance(frame, AudioFrame):
                break
            part = frame.samples[:wanted]
            parts.append(part)
            wanted -= len(part)
            end = frame.pts + len(part) / self._rate
            self._queue.popleft()
            if len(part) < len(frame.samples):
                rest = AudioFrame(frame.samples[len(part) :], self._rate, end)
                self._queue.appendleft(rest)
        if not parts:
            return None
        samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
        taken = len(samples) / self._rate
        self.seconds = max(self.seconds - taken, 0.0)
        return AudioFrame(samples, self._rate, end - taken)

    def _put(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            if len(frame.samples):
                self._queue.append(frame)
                self.seconds += frame.duration


class Handed:
    """What the SDK was handed, from which follows what was played of it.

    Args:
        reserve: Seconds that it may hold.
    """

    def __init__(self, reserve: float) -> None:
        self._reserve = reserve
        self._pieces: deque[tuple[float, float]] = deque()  # duration, end
        self._seconds = 0.0

    def add(self, piece: AudioFrame) -> None:
        """Remember a piece."""
        self._pieces.append((piece.duration, piece.end))
        self._seconds += piece.duration
        while self._seconds - self._pieces[0][0] > self._reserve + 1.0:
            self._seconds -= self._pieces.popleft()[0]

    def clear(self) -> None:
        """Forget all pieces."""
        self._pieces.clear()
        self._seconds = 0.0

    def played(self, left: float) -> float | None:
        """Return up to what time of the frames all was played; None where nothing was handed.

        Args:
            left: Seconds that the SDK still holds.
        """
        end: float | None = None
        for duration, piece_end in reversed(self._pieces):
            end = piece_end - min(left, duration)
            left -= duration
            if left <= 0.0:
                return end
        return end


__all__ = ["Action", "Handed", "Waiting"]

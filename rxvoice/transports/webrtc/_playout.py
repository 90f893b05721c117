"""What the far end is to hear."""

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame

from ._voice import PACKET, SAMPLES, Voice

_EARLY: Final = 1e-6
"""Seconds by which sums of floats may differ."""


class Playout:
    """Audio that waits for its track, which takes a packet every 20 ms.

    What waits behind audio leaves when all audio before it has been heard, which is when the time
    of its last packet is over.

    Args:
        capacity: Seconds of audio that may wait; what is more is dropped.
        heard: Is told up to what time of the frames all has been heard.
        leave: Is given what was put behind audio.

    Attributes:
        capacity: As given.
        dropped: Seconds of audio that were.
    """

    def __init__(
        self,
        capacity: float,
        heard: Callable[[float], None],
        leave: Callable[[object], None],
    ) -> None:
        self.capacity: float = capacity
        self.dropped: float = 0.0
        self._heard = heard
        self._leave = leave
        self._queue: deque[AudioFrame | _Behind] = deque()
        self._queued = 0.0
        self._voice = Voice()
        self._sent: tuple[float, float] | None = None  # when a packet left, up to what time it is
        self._idle: list[Callable[[], None]] = []
        self._listened_to = True

    @property
    def waiting(self) -> float:
        """Seconds of audio that have not left."""
        return self._queued + self._voice.held

    def listen(self, listened_to: bool) -> None:
        """Say whether there is a track that will take what waits; else it is dropped."""
        self._listened_to = listened_to
        if not listened_to:
            self.clear()

    def take(self, frame: AudioFrame) -> None:
        """Play audio behind what waits."""
        room = self.capacity - self._queued + _EARLY if self._listened_to else 0.0
        count = max(round(room * frame.rate), 0)
        if len(frame.samples) > count:
            kept = AudioFrame(frame.samples[:count], frame.rate, frame.pts)
            self.dropped += frame.duration - kept.duration
            frame = kept
        if len(frame.samples):
            self._queue.append(frame)
            self._queued += frame.duration

    def put_behind(self, item: object) -> None:
        """Let something leave when all audio before it has been heard."""
        if self._is_silent:
            self._leave(item)
        else:
            self._queue.append(_Behind(item))

    def packet(self, now: float) -> NDArray[np.int16]:
        """Return the next packet: 20 ms at 48 kHz, silence where there is nothing.

        Args:
            now: When it leaves, in seconds; it has been heard 20 ms later.
        """
        self._tell(now)
        self._sent = None
        self._fill()
        samples, end = self._voice.take()
        if end is None:
            self._be_idle()
        else:
            self._sent = (now, end)
        return samples

    def clear(self, now: float | None = None) -> None:
        """Drop all audio that has not left; what waits behind it leaves now.

        Args:
            now: The time, so that it can be told what was heard of the last packet.
        """
        if now is not None:
            self._tell(now)
        behind = [one.item for one in self._queue if isinstance(one, _Behind)]
        self._drop()
        for item in behind:
            self._leave(item)
        self._be_idle()

    def when_idle(self, action: Callable[[], None]) -> None:
        """Call a function once, when all has been heard."""
        self._idle.append(action)
        if self._is_silent:
            self._be_idle()

    def close(self) -> None:
        """Drop everything."""
        self._idle.clear()
        self._drop()

    @property
    def _is_silent(self) -> bool:
        return self._sent is None and not self._queue and self._voice.held < _EARLY

    def _drop(self) -> None:
        self._queue.clear()
        self._queued = 0.0
        self._voice = Voice()
        self._sent = None

    def _be_idle(self) -> None:
        idle, self._idle = self._idle, []
        for action in idle:
            action()

    def _tell(self, now: float) -> None:
        """Tell how far the packet that left last has been heard."""
        if self._sent is not None:
            left, end = self._sent
            self._heard(end - min(max(left + PACKET - now, 0.0), PACKET))

    def _fill(self) -> None:
        """Move what a packet needs from the queue; let go what waits behind nothing any more."""
        voice = self._voice
        while voice.ready < SAMPLES and self._queue:
            first = self._queue[0]
            if isinstance(first, _Behind):
                voice.end()
                if voice.ready:
                    return
                self._queue.popleft()
                self._leave(first.item)
            else:
                self._queue.popleft()
                size = max(round(PACKET * first.rate), 1)
                part = AudioFrame(first.samples[:size], first.rate, first.pts)
                if size < len(first.samples):
                    rest = AudioFrame(first.samples[size:], first.rate, part.end)
                    self._queue.appendleft(rest)
                self._queued = max(self._queued - part.duration, 0.0)
                voice.push(part)
        if voice.ready < SAMPLES:
            voice.end()


class _Behind:
    """Something that leaves behind audio."""

    __slots__ = ("item",)

    def __init__(self, item: object) -> None:
        self.item = item


__all__ = ["Playout"]

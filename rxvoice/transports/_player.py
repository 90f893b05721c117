"""Packets that leave like from a sound card."""

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from reactivex import abc

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame

_EARLY: Final = 1e-6
"""Seconds by which sums of floats may differ."""

_LATE: Final = 0.1
"""Seconds of lateness after which what follows is not sent faster to make up for it."""


class Player:
    """Cuts audio into packets, which leave by deadlines; what waits behind audio leaves in turn.

    The first packet leaves at once, each further one when the one before it has been heard. When
    the loop was late, packets keep their deadlines, so that the far end has the same reserve as
    before; after a longer stall they begin anew.

    Args:
        clock: Of the session.
        send: Is given each packet, an `AudioFrame`, and what was put behind audio, in order.
        packet: Length of a packet in seconds. The last one before a pause may be shorter.
        capacity: Seconds of audio that may wait; what is more is dropped.
        heard: Is told, unless the far end tells it itself, up to what time of the frames all has
            been heard, which is once a packet's time is over.

    Attributes:
        dropped: Seconds of audio that were.
        latest: Greatest lateness of a packet so far, in seconds.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        send: Callable[[object], None],
        *,
        packet: float = 0.02,
        capacity: float = 60.0,
        heard: Callable[[float], None] | None = None,
    ) -> None:
        self.dropped: float = 0.0
        self.latest: float = 0.0
        self._clock = clock
        self._send = send
        self._packet = packet
        self._capacity = capacity
        self._heard = heard
        self._queue: deque[AudioFrame | _Behind] = deque()
        self._begun = 0  # samples of the first frame that have left
        self._queued = 0.0
        self._due: float | None = None  # when the packet that was sent last has been heard
        self._sent: tuple[float, float] | None = None  # when it left, up to what time it is
        self._timer: abc.DisposableBase | None = None
        self._idle: Callable[[], None] | None = None

    @property
    def waiting(self) -> float:
        """Seconds of audio that have not left."""
        return self._queued

    def take(self, frame: AudioFrame) -> None:
        """Play audio behind what waits."""
        room = round((self._capacity - self._queued + _EARLY) * frame.rate)
        if len(frame.samples) > room:
            kept = AudioFrame(frame.samples[: max(room, 0)], frame.rate, frame.pts)
            self.dropped += frame.duration - kept.duration
            frame = kept
        if not len(frame.samples):
            return
        self._queue.append(frame)
        self._queued += frame.duration
        if self._due is None:
            self._due = self._clock.now_seconds
            self._turn()

    def put_behind(self, item: object) -> None:
        """Send something when all audio before it has been heard."""
        if self._due is None:
            self._send(item)
        else:
            self._queue.append(_Behind(item))

    def clear(self) -> None:
        """Drop all audio that has not left; what waits behind it leaves now."""
        self._tell()
        behind = [one.item for one in self._queue if isinstance(one, _Behind)]
        self._rest()
        for item in behind:
            self._send(item)
        if self._due is None:
            self._be_idle()

    def when_idle(self, action: Callable[[], None]) -> None:
        """Call a function once, when all has been heard."""
        self._idle = action
        if self._due is None:
            self._be_idle()

    def close(self) -> None:
        """Drop everything."""
        self._idle = None
        self._rest()

    def _rest(self) -> None:
        self._queue.clear()
        self._begun = 0
        self._queued = 0.0
        self._due = self._sent = None
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.dispose()

    def _be_idle(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None:
            idle()

    def _tell(self) -> None:
        """Tell how far the packet that left last has been heard."""
        sent, self._sent = self._sent, None
        if sent is not None and self._due is not None and self._heard is not None:
            left, end = sent
            missing = max(self._due - max(self._clock.now_seconds, left), 0.0)
            self._heard(end - missing)

    def _turn(self) -> None:
        """Send what is due, and wait for what comes next.

        Whoever is given something may clear, close or take in between: then this goes on with
        what there is.
        """
        try:
            while self._due is not None and self._clock.now_seconds >= self._due - _EARLY:
                if self._sent is not None:
                    self._tell()
                elif not self._queue:
                    self._due = None
                    self._be_idle()
                else:
                    self._let_go(self._due)
        finally:
            self._stop_waiting()
            if self._due is not None:
                self._timer = self._clock.call_at(self._due, self._turn)

    def _let_go(self, due: float) -> None:
        """Send what is first."""
        first = self._queue[0]
        if isinstance(first, _Behind):
            self._queue.popleft()
            self._send(first.item)
            return
        late = self._clock.now_seconds - due
        self.latest = max(self.latest, late)
        if late > _LATE:
            due += late
        packet, end = self._gather(first)
        self._queued = self._queued - packet.duration if self._queue else 0.0
        self._sent = (due, end)
        self._due = due + packet.duration
        self._send(packet)

    def _gather(self, first: AudioFrame) -> tuple[AudioFrame, float]:
        """Take a packet from the front of the queue, and the time of the frames at its end.

        Audio of another rate begins a new one.
        """
        rate, begun = first.rate, self._begun
        wanted = max(round(self._packet * rate), 1)
        pts = first.pts + begun / rate
        part = first.samples[begun : begun + wanted]
        end = pts + len(part) / rate
        self._pass(first, len(part))
        if len(part) == wanted or not self._queue:
            return AudioFrame(part, rate, pts), end
        parts: list[NDArray[np.int16]] = [part]
        wanted -= len(part)
        while wanted and self._queue:
            frame = self._queue[0]
            if not isinstance(frame, AudioFrame) or frame.rate != rate:
                break
            part = frame.samples[:wanted]
            parts.append(part)
            wanted -= len(part)
            end = frame.pts + len(part) / rate
            self._pass(frame, len(part))
        return AudioFrame(np.concatenate(parts), rate, pts), end

    def _pass(self, frame: AudioFrame, count: int) -> None:
        """Note that so many more samples of the first frame have left."""
        self._begun += count
        if self._begun >= len(frame.samples):
            self._queue.popleft()
            self._begun = 0


class _Behind:
    """Something that leaves behind audio."""

    __slots__ = ("item",)

    def __init__(self, item: object) -> None:
        self.item = item


__all__ = ["Player"]

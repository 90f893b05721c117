"""What a recogniser is to be sent."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from rxvoice.audio import StreamResampler, pcm_to_bytes
from rxvoice.contracts import Heard
from rxvoice.items import AudioFrame, SpeechStopped
from rxvoice.providers._ear_memory import Entry, Memory, Over, Sound, Told
from rxvoice.providers._websocket import Frame

LONGEST: Final = 60.0
"""Seconds of audio that may wait for a connection, with those sent again; then the oldest goes."""

_LARGEST: Final = 0.5
"""Seconds of audio in one frame at most."""


class Tape:
    """Takes what is heard, at once, and gives it to whoever sends it, in order.

    What was sent stays until it is settled; `rewind` gives it once more.

    Args:
        rate: Samples a second that are sent.

    Attributes:
        error: What the source failed with.
        over: Whether the source has ended.
        dropped: Seconds of audio that were lost because there was no connection for too long.
        failed: Called when the source fails.
        memory: What was sent, and may have to be sent again.
    """

    def __init__(self, rate: int) -> None:
        self.error: Exception | None = None
        self.over: bool = False
        self.dropped: float = 0.0
        self.failed: Callable[[], None] | None = None
        self.memory = Memory()
        self._rate = rate
        self._resampler = StreamResampler(rate)
        self._heard_rate: int = 0
        self._waiting: deque[Entry] = deque()
        self._waiting_seconds = 0.0
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None  # serves many waits: most end before
        self._due = 0.0
        self._ended = asyncio.Event()
        self._closed = False

    @property
    def owed(self) -> bool:
        """Whether there is audio that nobody has recognised yet."""
        return any(isinstance(entry, Sound) for entry in self._waiting) or self.memory.owed

    def on_next(self, item: Heard) -> None:
        """Take what is heard."""
        if self.over:
            return
        if isinstance(item, AudioFrame):
            self._put_sound(self._resampled(item))
            return
        self.memory.marked = True
        if isinstance(item, SpeechStopped):
            self._put_sound(self._resampler.flush())
        self._put(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self.error = error
        self.close()
        if self.failed is not None:
            self.failed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        if not self.over:
            self._put_sound(self._resampler.flush())
            self._put(Over())
            self.over = True
            self._ended.set()

    def tell(self, frames: Iterable[Frame]) -> None:
        """Send frames when what was heard by now has been sent."""
        if not self.over:
            self._put(Told(tuple(frames)))

    def close(self) -> None:
        """Forget everything."""
        self.over = self._closed = True
        self.memory = Memory()
        self._waiting.clear()
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.wake()

    async def ended(self, patience: float) -> None:
        """Wait until the source has ended, for so many seconds at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._ended.wait()

    async def next(self, patience: float) -> Entry | None:
        """Return what is sent next, and note that it was.

        Returns:
            None when nothing comes within so many seconds.
        """
        if not self._waiting:
            self._due = self._loop.time() + patience
            late = self._timer is None or self._timer.when() > self._due
            if late and not self._closed:
                self._set_timer()
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._advance() if self._waiting else None

    def _advance(self) -> Entry:
        entry = self._waiting.popleft()
        if isinstance(entry, Sound):
            self._waiting_seconds -= entry.seconds
        self.memory.keep(entry)
        return entry

    def rewind(self, pending: float | None = None) -> None:
        """Give once more what was sent and is not settled: there is another connection.

        Args:
            pending: Start of what was told as interim; None when there is no such.
        """
        entries, lost = self.memory.give_back(pending)
        self.dropped += lost
        self._waiting.extendleft(reversed(entries))
        self._waiting_seconds += sum(e.seconds for e in entries if isinstance(e, Sound))

    def _resampled(self, frame: AudioFrame) -> list[AudioFrame]:
        """Return audio as it is sent; a microphone that changes its rate begins anew."""
        rest: list[AudioFrame] = []
        if frame.rate != self._heard_rate:
            rest = self._resampler.flush()
            self._resampler, self._heard_rate = StreamResampler(self._rate), frame.rate
        return rest + self._resampler.push(frame)

    def _put_sound(self, frames: Iterable[AudioFrame]) -> None:
        size = round(_LARGEST * self._rate)
        for frame in frames:
            for at in range(0, len(frame.samples), size):
                part = frame.samples[at : at + size]
                pts = frame.pts + at / self._rate
                seconds = len(part) / self._rate
                self._put(Sound(pcm_to_bytes(part), pts, pts + seconds, seconds))
                self._waiting_seconds += seconds
        while self._waiting_seconds > LONGEST:
            self._drop()

    def _drop(self) -> None:
        """Lose the oldest audio that waits."""
        for index, entry in enumerate(self._waiting):
            if isinstance(entry, Sound):
                del self._waiting[index]
                self._waiting_seconds -= entry.seconds
                self.dropped += entry.seconds
                return
        self._waiting_seconds = 0.0

    def _put(self, entry: Entry) -> None:
        self._waiting.append(entry)
        self.wake()

    def wake(self) -> None:
        """Let `next` return now, with nothing if there is nothing."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiter is not None and self._loop.time() < self._due - 1e-6:
            self._set_timer()
        else:
            self.wake()


__all__ = ["LONGEST", "Tape"]

"""What a recogniser is to be sent, and what it was sent and may have to be sent again."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from rxvoice.audio import StreamResampler, pcm_to_bytes
from rxvoice.contracts import Heard
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped
from rxvoice.providers._websocket import Frame

LONGEST: Final = 30.0
"""Seconds of audio that may wait for a connection; then the oldest goes."""

AGAIN: Final = 10.0
"""Seconds of audio that are kept, once sent, for another connection."""

_LARGEST: Final = 0.5
"""Seconds of audio in one frame at most."""

_NEAR: Final = 1e-6
"""Seconds by which sums of durations may be off."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Audio.

    Attributes:
        pcm: 16 bit, little-endian, mono.
        pts: Time of the first sample.
        end: Time just after the last.
    """

    pcm: bytes
    pts: float
    end: float


@dataclass(frozen=True, slots=True)
class Told:
    """Frames that are sent between audio."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """The source has ended."""


Entry: TypeAlias = Sound | SpeechStarted | SpeechStopped | Told | Over


class Tape:
    """Takes what is heard, at once, and gives it to whoever sends it, in order.

    What was sent stays until it is settled; `rewind` gives it once more.

    Args:
        rate: Samples a second that are sent.

    Attributes:
        error: What the source failed with.
        over: Whether the source has ended.
        dropped: Seconds of audio that were lost because they waited for too long.
        failed: Called when the source fails.
        marked: Whether the source tells when the user speaks.
        asks: Whether the end of speech is asked about, so that it takes an answer to settle it.
    """

    def __init__(self, rate: int) -> None:
        self.error: Exception | None = None
        self.over: bool = False
        self.dropped: float = 0.0
        self.failed: Callable[[], None] | None = None
        self.marked: bool = False
        self.asks: bool = True
        self._rate = rate
        self._resampler = StreamResampler(rate)
        self._sent: deque[Entry] = deque()
        self._waiting: deque[Entry] = deque()
        self._sent_seconds = self._waiting_seconds = 0.0
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None  # serves many waits: most end before
        self._due = 0.0
        self._ended = asyncio.Event()
        self._speaking = self._closed = False

    @property
    def owed(self) -> bool:
        """Whether there is audio that nobody has recognised yet."""
        return any(isinstance(entry, Sound) for entry in self._waiting) or (
            any(isinstance(entry, Sound) for entry in self._sent)
        )

    def on_next(self, item: Heard) -> None:
        """Take what is heard."""
        if self.over:
            return
        if isinstance(item, AudioFrame):
            self._put_sound(self._resampler.push(item))
            return
        self.marked = True
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
        self._sent.clear()
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
        if isinstance(entry, Told):
            return entry
        if isinstance(entry, SpeechStarted):
            stopped = any(isinstance(e, SpeechStopped) for e in self._sent)
            if self.asks and not self._speaking and not stopped:
                self.settle_all()
            self._speaking = True
        elif isinstance(entry, SpeechStopped):
            self._speaking = False
        self._sent.append(entry)
        if isinstance(entry, Sound):
            duration = self._seconds(entry)
            self._waiting_seconds -= duration
            self._sent_seconds += duration
            while self._sent_seconds > AGAIN:
                self._forget()
        return entry

    def settle(self, pts: float) -> None:
        """Forget what was sent up to a time: nobody will want it again."""
        owed = (SpeechStopped, Over) if self.asks else (Over,)
        while self._sent and not isinstance(self._sent[0], owed):
            if isinstance(self._sent[0], Sound) and self._sent[0].end > pts + _NEAR:
                break
            self._forget()

    def settle_before(self, pts: float) -> None:
        """Forget utterances that had ended before a time: the server has come to a later one."""
        ended = done = 0
        for number, entry in enumerate(self._sent, 1):
            if isinstance(entry, SpeechStopped):
                ended = number
            elif isinstance(entry, Sound):
                if entry.pts > pts + _NEAR:
                    break
                done = ended
        for _ in range(done):
            self._forget()

    def settle_stop(self) -> None:
        """Forget the oldest utterance that has ended: it was recognised."""
        if any(isinstance(entry, SpeechStopped) for entry in self._sent):
            while not isinstance(self._sent[0], SpeechStopped):
                self._forget()
            self._forget()

    def settle_silence(self) -> None:
        """Forget what was sent and is no part of an utterance, where that is known."""
        stopped = any(isinstance(entry, SpeechStopped) for entry in self._sent)
        if self.marked and not (self._speaking or stopped):
            self.settle_all()

    def settle_all(self) -> None:
        """Forget all that was sent."""
        self._sent.clear()
        self._sent_seconds = 0.0

    def rewind(self) -> None:
        """Give once more what was sent and is not settled: there is another connection."""
        self._waiting.extendleft(reversed(self._sent))
        self._waiting_seconds += self._sent_seconds
        self.settle_all()

    def _forget(self) -> None:
        entry = self._sent.popleft()
        if isinstance(entry, Sound):
            self._sent_seconds -= self._seconds(entry)

    def _put_sound(self, frames: Iterable[AudioFrame]) -> None:
        size = round(_LARGEST * self._rate)
        for frame in frames:
            for at in range(0, len(frame.samples), size):
                part = frame.samples[at : at + size]
                pts = frame.pts + at / self._rate
                self._put(Sound(pcm_to_bytes(part), pts, pts + len(part) / self._rate))
                self._waiting_seconds += len(part) / self._rate
        while self._waiting_seconds > LONGEST:
            self._drop()

    def _drop(self) -> None:
        """Lose the oldest audio that waits."""
        for index, entry in enumerate(self._waiting):
            if isinstance(entry, Sound):
                del self._waiting[index]
                self._waiting_seconds -= self._seconds(entry)
                self.dropped += self._seconds(entry)
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

    def _seconds(self, sound: Sound) -> float:
        return len(sound.pcm) / 2 / self._rate


__all__ = ["AGAIN", "LONGEST", "Entry", "Over", "Sound", "Tape", "Told"]

"""The inside of `pace`: one subscription."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray
from reactivex import abc

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.errors import AudioFormatError, BufferOverflow
from rxvoice.items import AudioFrame, Event, Word
from rxvoice.items._speech import moved

EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution
LATE = 0.02  # a loop that is later than this has made a gap that is heard
SLICE = 1_000  # pieces of audio that are let go of at once; more would keep the loop for long


class Pacer:
    """One subscription of `pace`.

    Two positions run along the same samples: media time, on the reply's clock, and the time at
    which they are heard. They differ by ``_shift``, which grows when audio comes too late. A single
    timer waits for whatever comes next: a chunk, a word or the end.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        *,
        chunk: float,
        lead: float,
        end_silence: float,
        idle_rate: int | None,
        max_buffer: float,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._chunk = chunk
        self._lead = lead
        self._end_silence = end_silence
        self._idle = idle_rate is not None
        self._max_buffer = max_buffer
        self._rate = idle_rate or 0
        self._queue: deque[NDArray[np.int16]] = deque()
        self._queued = 0
        self._words: deque[Word] = deque()
        self._media = 0.0
        self._base = clock.now_seconds
        self._sent = 0
        self._shift = self._base
        self._started = False
        self._ended = False
        self._error: Exception | None = None
        self._disposed = False
        self._timer = SerialDisposable()
        self._awaited = math.inf
        if self._idle:
            self._turn()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if isinstance(item, AudioFrame):
            self._take(item)
        elif isinstance(item, Word):
            self._words.append(item)
            self._turn()
        else:
            self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Fail once all was heard."""
        self._error = error
        self.on_completed()

    def on_completed(self) -> None:
        """Complete once all was heard."""
        self._ended = True
        if self._end_silence and self._rate and self._error is None:
            silence = np.zeros(round(self._end_silence * self._rate), np.int16)
            self._queue.append(silence)
            self._queued += len(silence)
        self._turn()

    def dispose(self) -> None:
        """Forget what was not released."""
        self._disposed = True
        self._timer.dispose()
        self._words.clear()
        self._let_go(self._queue)

    def _let_go(self, queue: deque[NDArray[np.int16]]) -> None:
        """Free what waits; a voice that was cut off is stopped before all of that is done."""
        loop = self._clock.loop
        if len(queue) <= SLICE or not loop.is_running():
            queue.clear()
            return
        for _ in range(SLICE):
            queue.pop()
        loop.call_soon(self._let_go, queue)

    @property
    def _due(self) -> float:
        """When the next sample is to be heard."""
        return self._base + (self._sent / self._rate if self._rate else 0.0)

    def _take(self, frame: AudioFrame) -> None:
        if not len(frame.samples):
            return
        if not self._rate:
            self._rate = frame.rate
        elif frame.rate != self._rate:
            self._give_up(
                AudioFormatError(
                    f"pace has {self._rate} Hz and cannot take {frame.rate} Hz; give it a rate"
                )
            )
            return
        dry = not self._queued and not self._idle
        self._queue.append(frame.samples)
        self._queued += len(frame.samples)
        if self._queued > self._max_buffer * self._rate:
            self._give_up(BufferOverflow(f"pace: more than {self._max_buffer:g} s of audio wait"))
            return
        if not self._started:
            self._started = True
            self._media = frame.pts
            if not self._idle:
                self._restart()
            self._shift = self._due - self._media
        elif dry and self._due < self._clock.now_seconds:
            self._restart()
        self._turn()

    def _give_up(self, error: Exception) -> None:
        self.dispose()
        self._observer.on_error(error)

    def _restart(self) -> None:
        """Hear the next sample now, for its turn is past or it is the first."""
        now = self._clock.now_seconds
        self._shift += now - self._due
        self._base, self._sent = now, 0

    def _turn(self) -> None:
        """Release all that is due and wait for what comes next."""
        while not self._disposed:
            now = self._clock.now_seconds + EARLY
            if self._words and self._heard_at(self._words[0]) <= now:
                self._say(self._words.popleft())
            elif self._queued or self._idling:
                if self._release_at > now:
                    break
                self._release()
            elif self._ended and self._due <= now and not self._words:
                self._finish()
                return
            else:
                break
        if not self._disposed:
            self._wait()

    @property
    def _idling(self) -> bool:
        return self._idle and not self._ended

    @property
    def _release_at(self) -> float:
        """When the next chunk leaves; silence that only fills a gap leaves at its very turn."""
        return self._due - (self._lead if self._queued else 0.0)

    def _heard_at(self, word: Word) -> float:
        """When half of a word has been heard, as far as its audio was released."""
        if self._ended and not self._queued:
            return min(self._due, self._shift + (word.pts + word.end) / 2)
        half = (word.pts + word.end) / 2
        if not self._started and not word.spoken:
            return -math.inf  # there is nothing to hear before it
        if not self._started or half > self._due - self._shift + EARLY:
            return math.inf
        return self._shift + half

    def _say(self, word: Word) -> None:
        self._observer.on_next(moved(word, self._shift))

    def _release(self) -> None:
        if self._queued and self._due + LATE < self._clock.now_seconds:
            self._restart()
        size = round(self._chunk * self._rate)
        pts = self._due
        if self._queued:
            samples = self._gather(min(size, self._queued))
        else:
            samples = np.zeros(size, np.int16)
            self._shift += size / self._rate
        self._sent += len(samples)
        self._observer.on_next(AudioFrame(samples, self._rate, pts))

    def _gather(self, count: int) -> NDArray[np.int16]:
        parts: list[NDArray[np.int16]] = []
        self._queued -= count
        while count:
            first = self._queue.popleft()
            if len(first) > count:
                self._queue.appendleft(first[count:])
                first = first[:count]
            parts.append(first)
            count -= len(first)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _wait(self) -> None:
        due = math.inf
        if self._queued or self._idling:
            due = self._release_at
        elif self._ended:
            due = self._due
        if self._words:
            due = min(due, self._heard_at(self._words[0]))
        if due < math.inf and due != self._awaited:  # a burst of audio sets one timer
            self._awaited = due
            self._timer.disposable = self._clock.call_at(due, self._ring)

    def _ring(self) -> None:
        self._awaited = math.inf
        self._turn()

    def _finish(self) -> None:
        self.dispose()
        if self._error is not None:
            self._observer.on_error(self._error)
        else:
            self._observer.on_completed()

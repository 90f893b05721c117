"""A reply's voice that can be stopped and go on where it stopped."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from rxvoice._disposables import SerialDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Event, Uninterruptible, Word
from rxvoice.items._speech import moved
from rxvoice.operators._fade import faded_in, faded_out
from rxvoice.operators._unheard import unheard

EARLY = 1e-6  # times are sums of floats, and a loop may round them to its resolution
Heard: TypeAlias = AudioFrame | Word | Uninterruptible


class HeldVoice:
    """Passes a paced reply on, later by the time for which it was held.

    While it is held, audio and words wait in a line; the first of them leaves when it goes on, and
    all that follows is as late as that, with its times moved along. What was sent and not heard
    yet when it was stopped is the first in the line.

    Args:
        clock: The session's.
        emit: Gets what passes.
        done: Called when the reply has ended and all of it has left.
        fade: Seconds in which the sound falls and rises.
        heard: Returns the time up to which everything that was sent has been heard.

    Attributes:
        audible: Whether audio has left.
        held: Whether it is stopped.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        emit: Callable[[Event], None],
        done: Callable[[], None],
        *,
        fade: float,
        heard: Callable[[], float],
    ) -> None:
        self.audible = False
        self.held = False
        self._clock = clock
        self._emit = emit
        self._done = done
        self._fade = fade
        self._heard = heard
        self._sent: deque[AudioFrame] = deque()
        self._line: deque[tuple[float, Heard]] = deque()
        self._shift = 0.0
        self._rising = False
        self._ended_at: float | None = None
        self._timer = SerialDisposable()

    def put(self, item: Event) -> None:
        """Take an item of the reply."""
        if not isinstance(item, Heard):
            self._emit(item)
        elif self.held or self._line:
            self._line.append((self._clock.now_seconds, item))
        elif self._shift:
            self._line.append((self._clock.now_seconds, item))
            self._wait()
        else:
            self._send(item)

    def end(self) -> None:
        """Take the reply's end."""
        self._ended_at = self._clock.now_seconds
        self._leave()

    def stop(self) -> AudioFrame | None:
        """Stop the sound, and return how it falls to silence; the rest is kept."""
        self.held = True
        now = self._clock.now_seconds
        self._timer.disposable = None
        unheard = self._unheard(now)
        arrived = now - self._shift
        for frame in reversed(unheard):
            self._line.appendleft((arrived, replace(frame, pts=frame.pts - self._shift)))
        self._sent.clear()
        self._rising = bool(unheard)
        return faded_out(unheard, self._fade, now)

    def cut(self) -> AudioFrame | None:
        """Return how the sound falls to silence, for good."""
        now = self._clock.now_seconds
        return None if self.held else faded_out(self._unheard(now), self._fade, now)

    def go_on(self) -> None:
        """Let the sound go on where it was stopped."""
        self.held = False
        if self._line:
            self._shift = max(self._shift, self._clock.now_seconds - self._line[0][0])
        self._leave()

    def dispose(self) -> None:
        """Forget all that has not left."""
        self._timer.dispose()
        self._line.clear()
        self._sent.clear()
        self._ended_at = None
        self._emit = self._done = unheard

    def _unheard(self, now: float) -> list[AudioFrame]:
        """Return what was sent and not heard yet, from the very sample on."""
        heard = min(now, self._heard())
        kept: list[AudioFrame] = []
        for frame in self._sent:
            first = round(max(0.0, (heard - frame.pts) * frame.rate))  # minus infinity: nothing was
            if first < len(frame.samples):
                pts = frame.pts + first / frame.rate
                kept.append(AudioFrame(frame.samples[first:], frame.rate, pts))
        return kept

    def _send(self, item: Heard) -> None:
        if isinstance(item, AudioFrame):
            self.audible = True
            heard = min(self._clock.now_seconds, self._heard())
            while self._sent and self._sent[0].end <= heard + EARLY:
                self._sent.popleft()
            self._sent.append(item)
        self._emit(item)

    def _leave(self) -> None:
        """Let all go that is due."""
        while self._line and not self.held:
            arrived, item = self._line[0]
            if arrived + self._shift > self._clock.now_seconds + EARLY:
                break
            self._line.popleft()
            self._send(self._moved(item))
        self._wait()

    def _wait(self) -> None:
        if self.held:
            return
        if self._line:
            due = self._line[0][0] + self._shift
        elif self._ended_at is None:
            return
        elif (due := self._ended_at + self._shift) <= self._clock.now_seconds + EARLY:
            self._ended_at = None
            self._done()
            return
        self._timer.disposable = self._clock.call_at(due, self._leave)

    def _moved(self, item: Heard) -> Heard:
        match item:
            case AudioFrame():
                later = AudioFrame(item.samples, item.rate, item.pts + self._shift)
                rising, self._rising = self._rising, False
                return faded_in(later, self._fade) if rising else later
            case Word():
                return moved(item, self._shift)
            case Uninterruptible():
                return item


__all__ = ["HeldVoice"]

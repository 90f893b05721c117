"""Text that waits until what was said before has been heard."""

from __future__ import annotations

from collections import deque
from typing import Final

from reactivex import Observable, Observer, abc
from reactivex import operators as ops

from rxvoice._disposables import SerialDisposable
from rxvoice._stream import Inlet
from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Event, ResponseEnded, Sentence

PATIENCE: Final = 3.0
"""Seconds without audio for a text after which it is taken to have none."""


class UntilHeard:
    """Holds back what follows a response until the response has been heard.

    Audio is taken to be heard as soon as it is there and what was before it has been.

    Args:
        observer: Gets what the voice gives.
        clock: The session's.

    Attributes:
        timer: Waits for the end of the audio.
        observer: To be given what the voice gives.
    """

    def __init__(self, observer: abc.ObserverBase[Event], clock: LoopScheduler) -> None:
        self.timer = SerialDisposable()
        self.observer: abc.ObserverBase[Event] = Observer(
            self._spoken, observer.on_error, observer.on_completed
        )
        self._observer = observer
        self._clock = clock
        self._text: Inlet[Event] = Inlet()
        self._waiting: deque[Event] = deque()
        self._held = self._ended = False
        self._silent_until = self._heard_until = 0.0

    def grouped(self, group: Operator[Event, Event | Sentence]) -> Observable[Event | Sentence]:
        """Return what passes, grouped for the voice."""
        return self._text.pipe(group, ops.do_action(self._asked))

    def on_next(self, item: Event) -> None:
        """Take an item of the source."""
        self._waiting.append(item)
        self._pass()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        self._pass()

    def _asked(self, item: Event | Sentence) -> None:
        if isinstance(item, Sentence) and item.spoken:
            self._silent_until = self._clock.now_seconds + PATIENCE

    def _spoken(self, item: Event) -> None:
        if isinstance(item, AudioFrame):
            now = self._clock.now_seconds
            self._heard_until = max(self._heard_until, now) + item.duration
            if self._silent_until:
                self._silent_until = 0.0
                if self._held:
                    self._look()
        self._observer.on_next(item)

    def _pass(self) -> None:
        while self._waiting and not self._held:
            item = self._waiting.popleft()
            self._text.on_next(item)
            if isinstance(item, ResponseEnded):
                self._look()
        if self._ended and not self._waiting:
            self._text.on_completed()

    def _look(self) -> None:
        """Wait for the end of the audio, or go on when it is over."""
        due = max(self._silent_until, self._heard_until)
        self._held = due > self._clock.now_seconds + 1e-6
        if self._held:
            self.timer.disposable = self._clock.call_at(due, self._again)

    def _again(self) -> None:
        self._look()
        if not self._held:
            self._pass()


__all__ = ["UntilHeard"]

"""A long-lived provider that goes on where another one has stopped."""

from __future__ import annotations

import logging
from collections import deque
from functools import partial
from typing import Any

import reactivex as rx
from reactivex import abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler
from rxvoice.errors import RxvoiceError
from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    Sentence,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Word,
)
from rxvoice.operators._latency_of import LATENCY, NAME, latency_of
from rxvoice.operators._relay_rules import Go, Member, Rules
from rxvoice.operators._unanswered_audio import UnansweredAudio
from rxvoice.operators._unspoken_text import UnspokenText

logger = logging.getLogger(__name__)

PASSING = 16
"""Faults of other stages that are remembered while they are in a member."""


class Relay:
    """One subscription: gives the source to one member at a time, and what it owes to the next.

    Args:
        observer: Gets what the members give.
        clock: For the pauses.
        rules: What becomes of failures.
        keep: Seconds of audio that are kept for the next member.
        name: Told in errors.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Any],
        clock: LoopScheduler,
        rules: Rules,
        keep: float,
        name: str,
    ) -> None:
        self._member = SerialDisposable()
        self._timer = SerialDisposable()
        self.subscription = CompositeDisposable(self._member, self._timer)
        self._observer = observer
        self._clock = clock
        self._rules = rules
        self._name = name
        self._audio = UnansweredAudio(keep)
        self._text = UnspokenText()
        self._speaks = self._listens = False
        self._passing: deque[Fault] = deque(maxlen=PASSING)
        self._active: Member | None = None
        self._feed: Fan[Any] | None = None
        self._waiting: deque[Any] = deque()
        self._feeding = self._ended = self._over = False
        self._done = 0

    def start(self, member: Member) -> None:
        """Begin with a member, or go on with another one."""
        feed: Fan[Any] = Fan()

        def on_next(item: Any) -> None:
            if self._feed is feed:
                self._received(item)

        def on_error(error: Exception) -> None:
            if self._feed is feed:
                self._failed(error)

        def on_completed() -> None:
            if self._feed is feed:
                self._completed()

        if self._audio.dropped:
            lost = self._audio.dropped
            logger.warning("%s: %.1f s of audio are lost", self._name, lost)
            self._audio.dropped = 0.0
        self._feed = feed
        owed = [*self._audio.replay(), *self._text.replay()]
        self._done = self._audio.heard + self._text.spoken
        inner = SingleAssignmentDisposable()
        self._member.disposable = inner
        inner.disposable = rx.defer(lambda _: member(feed)).subscribe(
            on_next, on_error, on_completed, scheduler=self._clock
        )
        before, self._active = self._active, member
        if self._feed is feed:
            self._waiting = deque(owed)
            self._drain()
        if self._feed is feed and before is not None:
            self._tell_latency(before, member)

    def _tell_latency(self, before: Member, now: Member) -> None:
        """Tell the latency of a recogniser that takes the place of another one."""
        was, latency = latency_of(before), latency_of(now)
        if now is not before and (was, latency) != (None, None):
            told = LATENCY if latency is None else latency
            self._observer.on_next(Metric(self._name, NAME, told))

    def switch(self, member: Member) -> None:
        """Go on with another member, by request."""
        if not self._over:
            self._timer.disposable = None
            self.start(member)

    def on_next(self, item: Any) -> None:
        """Take an item of the source."""
        if self._over:
            return
        if isinstance(item, SpeechStarted) and not self._audio.owed:
            self._rest()
        match item:
            case Sentence():
                self._speaks = True
                self._text.take(item)
            case AudioFrame() | SpeechStarted() | SpeechStopped():
                self._listens = True
                self._audio.take(item)
            case Fault():
                self._passing.append(item)
            case _:
                pass
        if self._feed is not None:
            self._waiting.append(item)
            self._drain()

    def on_error(self, error: Exception) -> None:
        """Take the source's failure, which is no member's."""
        self._leave()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        self._drain()

    def _drain(self) -> None:
        """Feed what waits, in order, to whoever is there by then."""
        if self._feeding:
            return
        self._feeding = True
        try:
            while self._waiting and self._feed is not None:
                self._feed.on_next(self._waiting.popleft())
        finally:
            self._feeding = False
        if self._ended and self._feed is not None:
            self._feed.on_completed()

    def _rest(self) -> None:
        """Let the rules choose anew, as nothing is owed."""
        if self._feed is None or self._ended:
            return
        if (go := self._rules.idle()) is not None:
            self.start(go.member)

    def _received(self, item: Any) -> None:
        match item:
            case Fault() if not any(item is passing for passing in self._passing):
                go = self._rules.faulted(item, self._has_answered())
                self._observer.on_next(item if go is None or go.fault is None else go.fault)
                if go is not None:
                    self._go(go)
            case Transcript(is_final=True):
                self._audio.answered(item)
                self._observer.on_next(item)
                if not self._audio.marked:
                    self._rest()
            case AudioFrame() | Word() if not self._listens:
                for given in self._text.given(item):
                    self._observer.on_next(given)
            case _:
                self._observer.on_next(item)

    def _has_answered(self) -> bool:
        """Tell whether the member has left less to do than it found; that cannot go on for ever."""
        return self._audio.heard + self._text.spoken > self._done

    def _failed(self, error: Exception) -> None:
        self._feed = None
        self._text.settle()
        go = self._rules.failed(error, self._has_answered())
        if isinstance(go, Exception):
            self._leave()
            self._observer.on_error(go)
            return
        if go.fault is not None:
            self._observer.on_next(go.fault)
        self._go(go)

    def _go(self, go: Go) -> None:
        self._feed = None
        self._waiting.clear()
        if go.pause > 0.0:
            self._member.disposable = SingleAssignmentDisposable()
            again = partial(self.start, go.member)
            self._timer.disposable = self._clock.call_later(go.pause, again)
        else:
            self.start(go.member)

    def _completed(self) -> None:
        if self._speaks and not self._ended and self._text.owed:
            error = RxvoiceError(f"{self._name}: the voice ended before the text did")
            self._failed(error)
            return
        for word in self._text.ended():
            self._observer.on_next(word)
        self._leave()
        self._observer.on_completed()

    def _leave(self) -> None:
        self._over = True
        self._feed = None
        self.subscription.dispose()


__all__ = ["Relay"]

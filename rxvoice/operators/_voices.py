"""Voices that speak one after another in one reply."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from reactivex import Observable, abc

from rxvoice._disposables import SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import Inlet
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import Spoken, Synthesizer
from rxvoice.items import AudioFrame, Event, Fault, Metric, Sentence, Usage, Word
from rxvoice.operators._resample import resample
from rxvoice.operators._synthesize import synthesize


class Voices:
    """Gives each sentence to the voice that is the right one when it comes.

    Another voice begins when the one before has said all that it was given; its times are moved
    behind that, and its audio gets the rate of the first. Each gives words, is waited for, and
    fails by itself.

    Args:
        observer: Gets what they give.
        clock: The session's.
        members: The voices, by name.
        current: Returns the name of the right one.
        timeout: Seconds after which a voice is given up.

    Attributes:
        subscription: Stops them.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Spoken],
        clock: LoopScheduler,
        members: Mapping[str, Synthesizer],
        current: Callable[[], str],
        timeout: float,
    ) -> None:
        self.subscription = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._members = members
        self._current = current
        self._timeout = timeout
        self._parts: deque[_Part] = deque()
        self._start = self._end = 0.0
        self._rate: int | None = None

    def start(self) -> None:
        """Let the voice get ready that is the right one now."""
        self._parts.append(_Part(self._current()))
        self._speak()

    def on_next(self, sentence: Sentence) -> None:
        """Take a sentence."""
        name, last = self._current(), self._parts[-1]
        if last.name != name:
            self._parts.append(_Part(name))
            self._finish(last)
            last = self._parts[-1]
        if last is self._parts[0]:
            last.text.on_next(sentence)
        else:
            last.waiting.append(sentence)

    def on_completed(self) -> None:
        """Take that nothing more is to be said."""
        self._finish(self._parts[-1])

    def _finish(self, part: _Part) -> None:
        part.ended = True
        if part is self._parts[0]:
            part.text.on_completed()

    def _speak(self) -> None:
        """Let the first of those that wait speak."""
        part = self._parts[0]
        self._start = self._end
        voice = synthesize(self._members[part.name], timeout=self._timeout, name=part.name)
        spoken: Observable[Event] = voice(part.text)
        if self._rate is not None:
            spoken = resample(self._rate, clear_after=math.inf, low_delay=True)(spoken)
        inner = SingleAssignmentDisposable()
        self.subscription.disposable = inner
        inner.disposable = spoken.subscribe(
            self._spoke, self._observer.on_error, self._done, scheduler=self._clock
        )
        waiting, part.waiting = part.waiting, []
        for sentence in waiting:
            part.text.on_next(sentence)
        if part.ended:
            part.text.on_completed()

    def _spoke(self, item: Event) -> None:
        name = self._parts[0].name
        match item:
            case AudioFrame():
                self._rate = self._rate or item.rate
                self._end = max(self._end, self._start + item.end)
                self._observer.on_next(replace(item, pts=self._start + item.pts))
            case Word():
                pts, end = self._start + item.pts, self._start + item.end
                self._observer.on_next(replace(item, pts=pts, end=end))
            case Metric(source=source, name="ttfb") if source == name and not self._start:
                pass  # whoever listens to all of them tells it
            case Fault() | Metric() | Usage():
                self._observer.on_next(item)
            case _:
                pass

    def _done(self) -> None:
        self._parts.popleft()
        if self._parts:
            self._speak()
        else:
            self._observer.on_completed()


@dataclass(slots=True)
class _Part:
    """What one voice has to say before another one does."""

    name: str
    text: Inlet[Event] = field(default_factory=Inlet[Event])
    waiting: list[Sentence] = field(default_factory=list[Sentence])
    ended: bool = False


__all__ = ["Voices"]

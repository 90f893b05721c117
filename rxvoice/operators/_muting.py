"""The inside of `mute_user`: one subscription."""

from __future__ import annotations

from typing import Any

from reactivex import abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._types import Operator
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AudioFrame,
    Dtmf,
    Event,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Translation,
    UserMuted,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._source_clock import SourceClock

SPEECH = SpeechStarted | SpeechOngoing | SpeechStopped
FLOOR = UserStarted | UserStopping | UserResumed | UserStopped
USER = AudioFrame | SPEECH | Transcript | Translation | Dtmf | FLOOR


class Muting:
    """One subscription: whether the user is muted, and what of them has passed."""

    def __init__(self, observer: abc.ObserverBase[Event], clock: LoopScheduler) -> None:
        self._observer = observer
        self._clock = clock
        self._time = SourceClock(clock)
        self._shown: Fan[Event] = Fan()
        self._holds: list[bool] = []
        self._settling = False
        self._muted = False
        self._unmuted = 0.0
        self._speaking = False
        self._whole = True  # the latest speech has passed, so far, from its beginning
        self._owed = False  # whether speech that has passed, in part at least, has no transcript
        self._floor: UserStarted | None = None
        self._floor_whole = True

    def ask(self, conditions: tuple[Operator[Any, bool], ...], own: CompositeDisposable) -> None:
        """Subscribe to the conditions and hear what holds at the beginning."""
        self._holds = [False] * len(conditions)
        self._settling = True
        for index, condition in enumerate(conditions):

            def changed(holds: bool, index: int = index) -> None:
                self._holds[index] = bool(holds)
                self._settle()

            def failed(error: Exception, index: int = index) -> None:
                self._observer.on_next(fault_of("mute", error))
                self._holds[index] = False
                self._settle()

            own.add(condition(self._shown).subscribe(changed, failed, scheduler=self._clock))
        self._settling = False
        self._settle()

    def judge(self, item: Event) -> None:
        """Show an item to the conditions."""
        self._settling = True
        self._shown.on_next(item)
        self._settling = False
        self._settle()

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        self.judge(item)
        if not isinstance(item, USER) or self._passes(item):
            self._observer.on_next(item)
        elif self._owed and isinstance(item, Transcript) and item.is_final:
            self._owed = False
            self._observer.on_next(Transcript("", True, True, pts=item.pts, end=item.end))

    def _settle(self) -> None:
        """Tell when it has changed whether a condition holds."""
        muted = any(self._holds)
        if self._settling or muted is self._muted:
            return
        self._muted = muted
        if muted:
            self._cut()
        else:
            self._unmuted = self._time.now
        self._observer.on_next(UserMuted(muted))

    def _cut(self) -> None:
        """End what has begun to pass."""
        if self._speaking and self._whole:
            self._whole = False
            self._observer.on_next(SpeechStopped(self._time.now))
        if self._floor is not None:
            source, self._floor, self._floor_whole = self._floor.source, None, False
            self._observer.on_next(UserStopped(source, self._time.now))

    def _passes(self, item: Event) -> bool:
        self._time.note(item)
        match item:
            case SpeechStarted():
                self._speaking, self._whole = True, not self._muted
                self._owed = self._owed or self._whole
                whole = True
            case SpeechStopped():
                self._speaking, whole = False, self._whole
            case SpeechOngoing():
                whole = self._whole
            case AudioFrame():
                whole = self._whole or not self._speaking
            case Transcript():
                whole = self._whole or 0.0 < self._unmuted <= item.pts < item.end
                if whole and item.is_final and not self._muted and not self._speaking:
                    self._owed = False
            case Translation():
                whole = self._whole or 0.0 < self._unmuted <= item.pts < item.end
            case UserStopping() | UserResumed():
                whole = self._floor_whole
            case UserStarted():
                self._floor_whole = whole = not self._muted
                self._floor = item if whole else None
            case UserStopped():
                self._floor, whole = None, self._floor_whole
            case _:
                whole = True
        return whole and not self._muted


__all__ = ["USER", "Muting"]

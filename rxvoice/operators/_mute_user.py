"""`mute_user`."""

from typing import Any

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import (
    AudioFrame,
    Dtmf,
    Event,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    UserMuted,
    UserStarted,
    UserStopped,
)
from rxvoice.operators._bot_speaks import bot_speaks
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._feedback_failed import feedback_failed
from rxvoice.operators._source_clock import SourceClock

SPEECH = SpeechStarted | SpeechOngoing | SpeechStopped
USER = AudioFrame | SPEECH | Transcript | Dtmf | UserStarted | UserStopped


def mute_user(
    *conditions: Operator[Any, bool], feedback: Observable[Event] | None = None
) -> Operator[Event, Event]:
    """Ignore what the user does while one of some conditions holds.

    While it does, the user's audio, speech marks, transcripts, keys and external decisions are
    dropped; everything else passes, in order. `UserMuted` tells of each change. Without conditions
    the user is muted while the bot is heard (`bot_speaks`). Others are `in_first_bot_speech`,
    `until_first_bot_speech`, `tools_run`, and every operator from events to whether it holds; an
    item is shown to all of them before it is judged.

    No bracket is left open or begun in its middle. When muting falls into speech that has passed,
    `SpeechStopped` comes first, and `UserStopped` when somebody else had given the user the floor.
    Speech that begins while the user is muted, or that muting cuts, is dropped to its end: its
    marks and audio, and its transcripts until the next `SpeechStarted`, but for those that say
    themselves that they are about later speech.

    It may stand before `vad_gate`, which takes muting for a microphone that is switched off, or
    behind `transcribe`; always before `aggregate_turn`.

    Marbles (one column is 20 ms)::

        heard   -S-t-------t-E-S-u-E-|
        bot     -----B---P
        mute_user(feedback=bot)
        out     -S-t-(C m)---n-----S-u-E-|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=1.2)
        C: SpeechStopped(pts=1.08)
        t: Transcript("I would", is_final=False)  u: Transcript("like", is_final=True)
        B: BotSpeechStarted(1)  P: BotSpeechStopped(1)  m: UserMuted(True)  n: UserMuted(False)

    Args:
        conditions: Each tells, at once when it is subscribed and then at each change, whether the
            user is to be muted. One that fails gives a `Fault` and holds no more.
        feedback: What the bot does, from `with_feedback`; only the conditions see it.

    Returns:
        The operator.
    """
    chosen = conditions or (bot_speaks(),)

    def muted(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            muting = _Muting(observer, clock)

            def on_feedback(item: Event) -> None:
                if not isinstance(item, USER):
                    muting.judge(item)

            own = CompositeDisposable()
            with begun(own):
                muting.ask(chosen, own)
                if feedback is not None:
                    own.add(feedback.subscribe(on_feedback, feedback_failed, scheduler=clock))
                own.add(
                    source.subscribe(
                        muting.on_next, observer.on_error, observer.on_completed, scheduler=clock
                    )
                )
            return own

        return Observable(subscribe)

    return muted


class _Muting:
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
                whole = True
            case SpeechStopped():
                self._speaking, whole = False, self._whole
            case SpeechOngoing():
                whole = self._whole
            case AudioFrame():
                whole = self._whole or not self._speaking
            case Transcript():
                whole = self._whole or 0.0 < self._unmuted <= item.pts < item.end
            case UserStarted():
                self._floor_whole = whole = not self._muted
                self._floor = item if whole else None
            case UserStopped():
                self._floor, whole = None, self._floor_whole
            case _:
                whole = True
        return whole and not self._muted

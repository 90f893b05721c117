"""`mute_user`."""

from __future__ import annotations

from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import Event
from rxvoice.operators._bot_speaks import bot_speaks
from rxvoice.operators._feedback_failed import feedback_failed
from rxvoice.operators._muting import USER, Muting


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
    themselves that they are about later speech. When some of the speech has passed, its final
    transcript passes without its text, for a turn may be waiting for it.

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
            muting = Muting(observer, clock)

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

        return Stream(subscribe)

    return muted

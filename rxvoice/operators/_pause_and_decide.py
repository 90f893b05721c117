"""`pause_and_decide`."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.backchannels import Meaning, meaning
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import FloorInput, InterruptionPolicy, Verdict
from rxvoice.operators._deliberation import Deliberation

Judge: TypeAlias = Callable[[str], Meaning | Awaitable[Meaning]]
"""Says what the words mean that were said so far."""


def pause_and_decide(
    judge: Judge = meaning,
    /,
    *,
    within: float = 0.5,
    unsure: Literal["interrupt", "resume"] = "interrupt",
    patience: float = 0.3,
    min_confidence: float = 0.68,
) -> InterruptionPolicy:
    """Stop the voice when the user makes a sound, then decide whether that is an interruption.

    The voice stops at once, so that a real interruption is heard to work as fast as any reflex. As
    soon as there are words that mean one, the reply is interrupted. It goes on when the words turn
    out to be a backchannel or unclear, when the recogniser finds that nothing was said, or when
    nothing was found out ``within`` the time, or ``patience`` after the user ceased, if that is
    later; should the words come after all, it is interrupted then. A turn that ends as a
    backchannel is rejected; one that stays unclear, such as "two people", is answered when the
    reply is over. One that starts without speech or words, by a key, interrupts at once.

    A reply that is not heard yet is interrupted by unclear words, too, for the user goes on with
    what it is about. It is kept from beginning while the user speaks, for five seconds without a
    word at the most, and may begin ``patience`` after they ceased when there are no words: a cough
    between the turn and its answer loses nothing.

    It completes with its source; what it has stopped then goes on.

    Marbles (one column is 100 ms)::

        floor  b-(S T)-(E h)-B---(S U)----E-w-|
        pause_and_decide()
        out    --p-r-n---p------x-|

        b: BotSpeechStarted(1)  S: SpeechStarted(1.0)  T: TurnStarted(2)  E: SpeechStopped(2.0)
        h: Transcript("uh-huh", is_final=True)  B: Turn("uh-huh", 2)  n: Reject("backchannel")
        U: TurnStarted(3)  w: Transcript("stop", is_final=True)
        p: Pause()  r: Resume()  x: Interrupt()

    Args:
        judge: Says what a text means: ``"interruption"``, ``"backchannel"`` or ``"unclear"``; it
            may take its time.
        within: Seconds in which it must be decided.
        unsure: What to do when the user still speaks then and the words are unclear, or none have
            come. ``"resume"`` spares long murmurs, and lets the voice go on for a moment in some
            interruptions; it needs a recogniser with interim transcripts.
        patience: Seconds that the recogniser may take to find words.
        min_confidence: Confidence of a transcript below which up to four words count as none, for
            recognisers make words of murmurs. With Moonshine, an "uh-huh" has 0.48 to 0.66, and
            19 of 22 short phrases that were spoken clearly have more than 0.7. A transcript
            without a confidence is believed.

    Returns:
        The policy.

    Raises:
        ValueError: When an argument is out of range.
    """
    for name, value in (("within", within), ("patience", patience)):
        if not 0.0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and not negative, got {value}")
    if not 0.0 <= min_confidence <= 1.0:
        raise ValueError(f"min_confidence must be in 0…1, got {min_confidence}")
    if unsure not in ("interrupt", "resume"):
        raise ValueError(f"unsure must be 'interrupt' or 'resume', got {unsure!r}")

    def decided(floor: Observable[FloorInput]) -> Observable[Verdict]:
        def subscribe(
            observer: abc.ObserverBase[Verdict], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            deliberation = Deliberation(
                observer,
                clock,
                judge,
                min_confidence,
                within,
                patience,
                cut=unsure == "interrupt",
            )
            subscription = floor.subscribe(
                deliberation.on_next,
                observer.on_error,
                observer.on_completed,
                scheduler=clock,
            )
            return CompositeDisposable(subscription, Disposable(deliberation.dispose))

        return Stream(subscribe)

    return decided

"""`start_on_wake_phrase`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import (
    EndRound,
    StartTurn,
    Transcript,
    WakePhraseHeard,
    WakePhraseTimedOut,
)
from rxvoice.operators._phrases import Phrases
from rxvoice.operators._signs import Bot, Signs

Decision: TypeAlias = StartTurn | EndRound | WakePhraseHeard | WakePhraseTimedOut


def start_on_wake_phrase(
    phrases: str | Sequence[str],
    /,
    *,
    timeout: float = 10.0,
    once: bool = False,
    interrupts: bool = True,
    announce: bool = True,
) -> StartStrategy:
    """Let turns start only after the user has said a phrase that wakes the agent.

    It has to be the first in the list of strategies. While the agent sleeps, nothing that the user
    does gets to those after it (`EndRound`); only what the bot does. The phrase is looked for in
    final transcripts: as whole words, whatever their case and punctuation, also when it is spread
    over several of them; of what was said before, the last 250 characters are kept for that. When
    it is heard, `WakePhraseHeard` says so, and a turn starts that begins with the phrase: what
    came before it is dropped.

    Then the agent is awake and the other strategies see everything, until nobody has spoken for
    ``timeout`` seconds; `WakePhraseTimedOut` says so. With ``once`` the agent is never awake:
    each turn needs the phrase.

    Marbles (one column is 1 s)::

        heard  -S-tE--S-uE-----------S-|
        start_on_wake_phrase("hey robot", timeout=10.0)
        out    -z-zz--z-(h x)----------w-z-|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)
        t: Transcript("I dare say", is_final=True)
        u: Transcript("So: hey, Robot! Help me.", is_final=True)
        h: WakePhraseHeard("hey robot")  w: WakePhraseTimedOut()  z: EndRound()
        x: StartTurn("wake_phrase", text="hey, Robot! Help me.")

    Args:
        phrases: One or several.
        timeout: Seconds after the last speech or transcript, the user's or the bot's. The time
            does not run while one of them speaks.
        once: Whether the phrase is needed for each turn.
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy.

    Raises:
        ValueError: When there are no phrases, one has no letters, or the timeout is not positive.
    """
    several = [phrases] if isinstance(phrases, str) else list(phrases)
    if not several:
        raise ValueError("phrases must hold at least one phrase")
    for phrase in several:
        if not any(map(str.isalnum, phrase)):
            raise ValueError(f"phrases must have letters, got {phrase!r}")
    if not 0.0 < timeout < math.inf:
        raise ValueError(f"timeout must be positive and finite, got {timeout}")

    def started(source: Observable[TurnInput]) -> Observable[Decision]:
        def subscribe(
            observer: abc.ObserverBase[Decision], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            timer = SerialDisposable()
            listening = Phrases(several)
            signs = Signs()
            awake = False

            def sleep() -> None:
                nonlocal awake
                awake = False
                observer.on_next(WakePhraseTimedOut())

            def listen(item: TurnInput) -> None:
                nonlocal awake
                found = None
                if isinstance(item, Transcript) and item.is_final:
                    found = listening.find(item.text)
                if found is None:
                    observer.on_next(EndRound())
                    return
                awake = not once
                stay()
                observer.on_next(WakePhraseHeard(found.phrase))
                observer.on_next(StartTurn("wake_phrase", interrupts, announce, found.text))

            def stay() -> None:
                if not awake or signs.speaking:
                    timer.disposable = None
                else:
                    timer.disposable = clock.call_later(timeout, sleep)

            def on_next(item: TurnInput) -> None:
                if signs.note(item):
                    stay()
                if not awake and not isinstance(item, Bot):
                    listen(item)

            with begun(timer):
                subscription = source.subscribe(
                    on_next, observer.on_error, observer.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, timer)

        return Stream(subscribe)

    return started

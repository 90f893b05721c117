"""`while_bot_speaks`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import Inlet, Stream
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StartStrategy, Told, TurnInput
from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    EndRound,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
)


def while_bot_speaks(strategy: StartStrategy, /, *, otherwise: StartStrategy) -> StartStrategy:
    """Let one strategy start turns while the bot is heard, and another one otherwise.

    Only one of them is subscribed: anew whenever the bot begins or ceases to be heard. When the
    user is speaking at that time, the new one is told so by a `SpeechStarted` whose delay says how
    long they have. To know that the bot speaks, `aggregate_turn` needs ``feedback``.

    Marbles (one column is 100 ms)::

        heard  -S-E-B-S-E--S---E-|
        while_bot_speaks(start_when(lasting(0.3)), otherwise=start_on_speech())
        out    -x-------------y--|

        S: SpeechStarted(pts=1.0)  E: SpeechStopped(pts=2.0)  B: BotSpeechStarted(1)
        x: StartTurn("speech")  y: StartTurn("condition")

    Args:
        strategy: While the bot is heard.
        otherwise: The rest of the time.

    Returns:
        The strategy. It fails when one of them does.
    """

    def started(source: Observable[TurnInput]) -> Observable[StartTurn | EndRound | Told]:
        def subscribe(
            observer: abc.ObserverBase[StartTurn | EndRound | Told],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            heard: Inlet[TurnInput] = Inlet()
            current = SerialDisposable()
            bot = False
            user: SpeechStarted | None = None
            since = 0.0

            def switch(chosen: StartStrategy) -> None:
                nonlocal heard
                current.disposable = None
                heard = Inlet()
                inner = SingleAssignmentDisposable()
                current.disposable = inner
                inner.disposable = chosen(heard).subscribe(
                    observer.on_next, observer.on_error, scheduler=clock
                )

            def on_next(item: TurnInput) -> None:
                nonlocal bot, user, since
                match item:
                    case BotSpeechStarted() | BotSpeechOngoing() | BotSpeechStopped():
                        speaks = not isinstance(item, BotSpeechStopped)
                        if speaks is not bot:
                            bot = speaks
                            switch(strategy if bot else otherwise)
                            if user is not None:
                                past = clock.now_seconds - since
                                heard.on_next(SpeechStarted(user.pts + past, user.delay + past))
                    case SpeechStarted():
                        user, since = item, clock.now_seconds
                    case SpeechStopped():
                        user = None
                    case _:
                        pass
                heard.on_next(item)

            def on_completed() -> None:
                heard.on_completed()
                observer.on_completed()

            with begun(current):
                switch(otherwise)
                subscription = source.subscribe(
                    on_next, observer.on_error, on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, current)

        return Stream(subscribe)

    return started

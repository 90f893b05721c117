"""`hang_up`."""

from __future__ import annotations

import math

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import AudioFrame, Disconnected, EndCall, Event, Fault


def hang_up(
    agent: Operator[Event, Event], /, *, who: str = "", within: float = 10.0
) -> Operator[Event, Event]:
    """End a call when its far end has left, or when somebody wants it to end.

    It stands around an agent. When the far end leaves, which transports tell by `Disconnected`, the
    agent gets an `EndCall` that is at once behind it, and its source completes; so it does a turn
    of the loop after such an `EndCall` came out of the agent, where `steer` gives it, or came in.
    Thereby

    - the reply in progress is cut off by `interruptible` and is remembered as far as it was heard,
    - what the user was saying becomes a turn, which is remembered and not answered,
    - tools in the background have the time that `background_tools` gives them,
    - and then the stream completes.

    All items pass, but for an `EndCall` after the one that ended the call.

    Marbles (one column is 100 ms)::

        turns  -T-A-----S--D-----
        reply     -va-w-x---y|
               ---^--------!
        hang_up(interruptible(reply, policy=interrupt_never()))
        out    -T-(A 1)va-w-x--(D X c i S |)

        T: TurnStarted(1)  A: Turn("Tell me a story.", 1)  1: ReplyStarted(1)  S: TurnStarted(2)
        v: Word("Once", 0.0)  w: Word("upon", 0.3)  x: Word("a", 0.5)  y: Word("time", 0.7)
        D: Disconnected(reason="gone")  X: EndCall("gone", at_once=True)
        c: ClearAudio(1)  i: ReplyEnded(1, "Once upon a", interrupted=True)  a: speech(0.1)

    Args:
        agent: From what comes from the far end to everything that is heard, said and decided. One
            that was built without `interruptible` has to stop by itself when its source completes.
        who: Identity of the participant of a room whose leaving ends the call; that of the only
            far end always does.
        within: Seconds that the agent may take to end then. After that it is unsubscribed, which is
            a `Fault`.

    Returns:
        The operator.

    Raises:
        ValueError: When ``within`` is not positive or not finite.
    """
    if not 0.0 < within < math.inf:
        raise ValueError(f"within must be positive and finite, got {within}")

    def called(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            call = _Call(observer, clock, who, within)
            try:
                stream = agent(call.heard_from(source))
            except Exception as error:
                observer.on_error(error)
                return call.subscription
            with begun(call.subscription):
                call.agent.disposable = stream.subscribe(
                    call.on_next, observer.on_error, observer.on_completed, scheduler=clock
                )
            return call.subscription

        return Stream(subscribe)

    return called


class _Call:
    """One subscription.

    Args:
        observer: Gets what comes out of the agent.
        clock: The session's.
        who: As for `hang_up`.
        within: As for `hang_up`.

    Attributes:
        agent: Subscription to the agent.
        subscription: To everything.
    """

    def __init__(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, who: str, within: float
    ) -> None:
        self.agent: SingleAssignmentDisposable = SingleAssignmentDisposable()
        self.subscription: CompositeDisposable = CompositeDisposable(self.agent)
        self._observer = observer
        self._clock = clock
        self._far_ends = ("", who)
        self._within = within
        self._end: Fan[Event] = Fan()
        self._told = self._over = False

    def heard_from(self, source: Observable[Event]) -> Observable[Event]:
        """Return what the agent hears of a source, until the call ends."""

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            def on_next(item: Event) -> None:
                observer.on_next(item)
                if isinstance(item, AudioFrame):
                    return
                if isinstance(item, Disconnected) and item.who in self._far_ends:
                    observer.on_next(EndCall(item.reason or "disconnected", at_once=True))
                    self._finish()
                elif isinstance(item, EndCall) and item.at_once:
                    self._finish()

            own = CompositeDisposable()
            with begun(own):
                own.add(self._end.subscribe(None, None, observer.on_completed))
                own.add(
                    source.subscribe(
                        on_next, observer.on_error, observer.on_completed, scheduler=scheduler
                    )
                )
            return own

        return Stream(subscribe)

    def on_next(self, item: Event) -> None:
        """Take an item that came out of the agent."""
        if isinstance(item, EndCall) and item.at_once:
            if self._told:
                return
            self._told = True
            self._observer.on_next(item)
            if not self._over:
                self.subscription.add(self._clock.call_later(0.0, self._finish))
        else:
            self._observer.on_next(item)

    def _finish(self) -> None:
        """Let the agent hear nothing more."""
        if self._over:
            return
        self._over = True
        self.subscription.add(self._clock.call_later(self._within, self._give_up))
        self._end.on_completed()

    def _give_up(self) -> None:
        self.agent.dispose()
        told = f"the agent has not ended {self._within:g} s after the call did"
        self._observer.on_next(Fault("hang_up", told))
        self._observer.on_completed()

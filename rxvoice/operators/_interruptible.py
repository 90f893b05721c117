"""`interruptible`."""

from collections.abc import Callable

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import (
    AudioFrame,
    ClearAudio,
    Event,
    ReplyEnded,
    ReplyStarted,
    Turn,
    TurnStarted,
    Word,
    spoken_text,
)
from rxvoice.operators._fault_of import fault_of


def interruptible(project: Callable[[Turn], Observable[Event]], /) -> Operator[Event, Event]:
    """Answer each turn, and stop answering when the user speaks.

    This is the one switch of a voice agent. A `Turn` passes and then switches to
    ``project(turn)``, bracketed by `ReplyStarted` and `ReplyEnded`. A `TurnStarted`, and a new
    `Turn`, first unsubscribes from the reply in progress, which stops all that it does; then come
    `ClearAudio`, when audio had come out, `ReplyEnded` with the words that had been played (the
    `Word` items that came out), and only then the `TurnStarted` itself. After that nothing of the
    old reply comes out, whatever its parts do.

    A reply that fails gives a `Fault` and ends; the conversation goes on. When the source
    completes, the reply in progress is spoken to its end first.

    Marbles (one column is 100 ms)::

        turns  -T-A----U--B----|
        reply     -va-w-x-y|
               ---^----!
        reply             -z|
               -----------^-!
        interruptible(reply)
        out    -T-(A 1)va-w(c i U)--(B 2)z(e)--|

        T: TurnStarted(1)  A: Turn("Tell me a story.", 1)  1: ReplyStarted(1)
        v: Word("Once", 0.0)  w: Word("upon", 0.3)  x: Word("a", 0.5)  y: Word("time", 0.7)
        U: TurnStarted(2)  c: ClearAudio(1)  i: ReplyEnded(1, "Once upon", interrupted=True)
        B: Turn("Thanks.", 2)  2: ReplyStarted(2)  e: ReplyEnded(2, "Bye!", interrupted=False)
        z: Word("Bye!", 0.0)  a: speech(0.1)

    Args:
        project: Makes the reply to a turn; unsubscribing it must stop all that it started. It is
            called after the turn has passed downstream.

    Returns:
        The operator.
    """

    def interrupted(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            switch = _Switch(observer, clock, project)
            with begun(switch.subscription):
                subscription = source.subscribe(
                    switch.on_next, switch.on_error, switch.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, switch.subscription)

        return Observable(subscribe)

    return interrupted


class _Reply:
    """What one reply has done so far."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.words: list[Word] = []
        self.audible = False


class _Switch:
    """One subscription: at most one reply."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        project: Callable[[Turn], Observable[Event]],
    ) -> None:
        self.subscription = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._project = project
        self._reply: _Reply | None = None
        self._ended = False

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if isinstance(item, Turn | TurnStarted):
            self._interrupt()
        self._observer.on_next(item)
        if isinstance(item, Turn):
            self._start(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure, which ends the reply, too."""
        self._interrupt()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if self._reply is None:
            self._observer.on_completed()

    def _interrupt(self) -> None:
        reply, self._reply = self._reply, None
        if reply is None:
            return
        self.subscription.disposable = None
        if reply.audible:
            self._observer.on_next(ClearAudio(reply.number))
        self._observer.on_next(ReplyEnded(reply.number, spoken_text(reply.words), True))

    def _start(self, turn: Turn) -> None:
        self._reply = reply = _Reply(turn.number)

        def on_next(item: Event) -> None:
            if reply is not self._reply:
                return
            if isinstance(item, Word):
                reply.words.append(item)
            elif isinstance(item, AudioFrame):
                reply.audible = True
            self._observer.on_next(item)

        def on_error(error: Exception) -> None:
            if reply is self._reply:
                self._observer.on_next(fault_of("reply", error))
                on_completed()

        def on_completed() -> None:
            if reply is not self._reply:
                return
            self._reply = None
            self._observer.on_next(ReplyEnded(reply.number, spoken_text(reply.words)))
            if self._ended and self._reply is None:
                self._observer.on_completed()

        inner = SingleAssignmentDisposable()
        self.subscription.disposable = inner
        self._observer.on_next(ReplyStarted(turn.number))
        if reply is not self._reply:
            return
        try:
            stream = self._project(turn)
            if not isinstance(stream, Observable):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"project must return a stream, got {stream!r}")
        except Exception as error:
            on_error(error)
            return
        inner.disposable = stream.subscribe(on_next, on_error, on_completed, scheduler=self._clock)

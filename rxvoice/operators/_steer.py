"""`steer`."""

from collections import deque

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import (
    AppendMessages,
    Command,
    EagerTurn,
    Event,
    InterruptionRejected,
    ReplaceMessages,
    ReplyEnded,
    ReplyStarted,
    RunModel,
    Say,
    SetTools,
    Token,
    ToolProgress,
    ToolResult,
    TransformContext,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._feedback_failed import feedback_failed
from rxvoice.operators._source_clock import SourceClock
from rxvoice.operators._turn_numbers import TurnNumbers


def steer(
    commands: Observable[Command] | None = None, /, *, feedback: Observable[Event]
) -> Operator[Event, Event]:
    """Let the application, and tools, change a conversation and have the bot speak.

    It stands between `aggregate_turn` and `interruptible`. Commands pass on, in order, a turn of
    the loop after they came; what they change, `rxvoice.context.Memory` does at the end of the
    pipe. What is wanted of the bot is taken from what comes out there:

    - `RunModel`, an edit with ``run=True``, and what a tool in the background has to tell: a `Turn`
      without text, with the reason ``"run"``, so that the model is asked with the conversation as
      it is. Any reply of the model that begins meanwhile does as well, so that several wishes give
      one turn; unless it may have been thought before the wish, as that of an `EagerTurn`.
    - `Say`: a `Turn` that has its answer, with the reason ``"say"``, one for each.

    They come when nobody speaks: not while the user has the floor, and not before the last reply
    has ended. The turns that follow are counted on from there. All other items pass, in order.

    Marbles (one column is 100 ms)::

        turns     -S--T-------|
        commands  --s---------|
        out       --s-T-1--2--
        steer(commands, feedback=out)
        out       -Ss-T----t--|

        S: TurnStarted(1)  T: Turn("Hello.", 1)  s: Say("Hold on.")
        1: ReplyStarted(1)  2: ReplyEnded(1, "Hi.")
        t: Turn("", 2, reason="say", pts=anything, speech_end=anything, answer=Token("Hold on."))

    Args:
        commands: What the application wants. When it fails, that is a `Fault`.
        feedback: What comes out of the pipe, from `with_feedback`.

    Returns:
        The operator. It completes when the source does; what is wanted by then does not happen.

    Raises:
        TypeError: When ``commands`` is no stream.
    """
    if not isinstance(commands, Observable | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"commands must be a stream, got a {type(commands).__name__}")

    def steered(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            steering = _Steering(observer, clock)
            own = CompositeDisposable(steering.subscription)
            with begun(own):
                own.add(feedback.subscribe(steering.heard, feedback_failed, scheduler=clock))
                if commands is not None:
                    own.add(commands.subscribe(steering.wanted, steering.failed, scheduler=clock))
                own.add(
                    source.subscribe(
                        steering.on_next, observer.on_error, observer.on_completed, scheduler=clock
                    )
                )
            return own

        return Observable(subscribe)

    return steered


class _Steering:
    """One subscription: who has the floor, and what waits for it."""

    def __init__(self, observer: abc.ObserverBase[Event], clock: LoopScheduler) -> None:
        self.subscription = Disposable(self._dispose)
        self._observer = observer
        self._clock = clock
        self._time = SourceClock(clock)
        self._numbers = TurnNumbers()
        self._replies: set[int] = set()
        self._said: set[int] = set()
        self._waiting: deque[Say | RunModel] = deque()
        self._commands: deque[Command] = deque()
        self._hop: abc.DisposableBase | None = None
        self._guessed = self._late = False  # whether a guess is out, and does not know what waits

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        self._time.note(item)
        item = self._numbers.take(item)
        if isinstance(item, EagerTurn):
            self._guessed = True
        elif isinstance(item, TurnStarted | TurnResumed | TurnDropped):
            self._guessed = self._late = False
        if isinstance(item, Turn):
            self._replies.add(item.number)
        self._observer.on_next(item)
        if isinstance(item, TurnDropped):
            self._look()

    def wanted(self, command: Command) -> None:
        """Take a command."""
        self._commands.append(command)
        if self._hop is None:
            self._hop = self._clock.call_later(0.0, self._pass_on)

    def failed(self, error: Exception) -> None:
        """Take that no more commands will come."""
        self._observer.on_next(fault_of("commands", error))

    def heard(self, item: Event) -> None:
        """Take an item that has come out of the pipe."""
        match item:
            case ReplyStarted(number=number):
                known = number not in self._said and not self._late
                if known and RunModel() in self._waiting:
                    self._waiting.remove(RunModel())  # it knows what this was about
                self._guessed = self._late = False
            case ReplyEnded(number=n) | InterruptionRejected(number=n) | TurnDropped(number=n):
                self._replies.discard(n)
                self._said.discard(n)
                self._look()
            case Say():
                self._want(item)
            case RunModel() | ToolProgress():
                self._want(RunModel())
            case ToolResult(background=True, run=run) if run is not False:
                self._want(RunModel())
            case (
                AppendMessages(run=True)
                | ReplaceMessages(run=True)
                | TransformContext(run=True)
                | SetTools(run=True)
            ):
                self._want(RunModel())
            case _:
                pass

    def _want(self, wish: Say | RunModel) -> None:
        self._late = self._late or (self._guessed and isinstance(wish, RunModel))
        if isinstance(wish, Say) or wish not in self._waiting:
            self._waiting.append(wish)
        self._look()

    def _look(self) -> None:
        """Take the floor for what waits, when nobody has it."""
        if not self._waiting or self._numbers.is_open or self._replies:
            return
        wish, number, now = self._waiting.popleft(), self._numbers.add(), self._time.now
        self._replies.add(number)
        if isinstance(wish, Say):
            self._said.add(number)
            answer = Token(wish.text, remembered=wish.remembered)
            turn = Turn("", number, now, now, "say", answer=answer)
        else:
            turn = Turn("", number, now, now, "run")
        self._observer.on_next(turn)

    def _pass_on(self) -> None:
        self._hop = None
        waiting, self._commands = self._commands, deque()
        while waiting and not self.subscription.is_disposed:
            self._observer.on_next(waiting.popleft())

    def _dispose(self) -> None:
        self._commands.clear()
        self._waiting.clear()
        if self._hop is not None:
            self._hop.dispose()

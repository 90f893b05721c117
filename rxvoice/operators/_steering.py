"""The inside of `steer`: one subscription."""

from collections import deque

from reactivex import abc

from rxvoice._disposables import Disposable
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AppendMessages,
    Command,
    EagerTurn,
    EndCall,
    Event,
    Interrupt,
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
from rxvoice.operators._source_clock import SourceClock
from rxvoice.operators._turn_numbers import TurnNumbers

GIVEN = 32
"""Commands on their way through the pipe that are known to have passed the switch."""


class Steering:
    """Who has the floor, and what waits for it.

    Args:
        observer: Gets what passes, and the turns that are added.
        clock: The session's.

    Attributes:
        subscription: Forgets what waits.
    """

    def __init__(self, observer: abc.ObserverBase[Event], clock: LoopScheduler) -> None:
        self.subscription: Disposable = Disposable(self._dispose)
        self._observer = observer
        self._clock = clock
        self._time = SourceClock(clock)
        self._numbers = TurnNumbers()
        self._replies: set[int] = set()
        self._said: set[int] = set()
        self._reply: int | None = None
        self._waiting: deque[Say | RunModel | EndCall] = deque()
        self._commands: deque[tuple[Command, int | None]] = deque()
        self._given: deque[Event] = deque(maxlen=GIVEN)
        self._hop: abc.DisposableBase | None = None
        self._guessed = self._late = False  # whether a guess is out, and does not know what waits
        self._over = False

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
        self._give(item)
        if isinstance(item, TurnDropped):
            self._look()

    def wanted(self, command: Command) -> None:
        """Take a command."""
        self._later(command)

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
                self._reply = number
            case ReplyEnded(number=n) | InterruptionRejected(number=n) | TurnDropped(number=n):
                self._replies.discard(n)
                self._said.discard(n)
                if self._reply == n:
                    self._reply = None
                self._look()
            case Interrupt() | EndCall(at_once=True):
                self._give_what_was_not_given(item)
            case Say() | EndCall():
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

    def _want(self, wish: Say | RunModel | EndCall) -> None:
        self._late = self._late or (self._guessed and isinstance(wish, RunModel))
        if not isinstance(wish, RunModel) or wish not in self._waiting:
            self._waiting.append(wish)
        self._look()

    def _look(self) -> None:
        """Do what waits, when its time has come."""
        if not self._waiting or self._replies or self._over:
            return
        wish = self._waiting[0]
        if isinstance(wish, EndCall):
            self._give(EndCall(wish.reason, at_once=True))
        elif not self._numbers.is_open:
            self._take_the_floor(self._waiting.popleft())

    def _take_the_floor(self, wish: Say | RunModel | EndCall) -> None:
        number, now = self._numbers.add(), self._time.now
        self._replies.add(number)
        if isinstance(wish, Say):
            self._said.add(number)
            answer = Token(wish.text, remembered=wish.remembered)
            turn = Turn("", number, now, now, "say", answer=answer)
        else:
            turn = Turn("", number, now, now, "run")
        self._observer.on_next(turn)

    def _give(self, item: Event) -> None:
        """Let an item pass, and remember what the switch obeys."""
        if isinstance(item, Interrupt) or (isinstance(item, EndCall) and item.at_once):
            self._given.append(item)
            self._over = self._over or isinstance(item, EndCall)
        self._observer.on_next(item)

    def _give_what_was_not_given(self, command: Interrupt | EndCall) -> None:
        """Let the switch obey a tool, too, that runs behind it."""
        place = next((at for at, given in enumerate(self._given) if given is command), None)
        if place is not None:
            del self._given[place]
        elif isinstance(command, EndCall):
            self._give(command)
        elif self._reply is not None:
            self._later(command, self._reply)  # a tool of that reply has ended it by then

    def _later(self, command: Command, reply: int | None = None) -> None:
        """Give a command a turn of the loop later, if the reply that it is about goes on."""
        self._commands.append((command, reply))
        if self._hop is None:
            self._hop = self._clock.call_later(0.0, self._pass_on)

    def _pass_on(self) -> None:
        self._hop = None
        waiting, self._commands = self._commands, deque()
        while waiting and not self.subscription.is_disposed:
            command, reply = waiting.popleft()
            if reply is None or reply == self._reply:
                self._give(command)

    def _dispose(self) -> None:
        self._commands.clear()
        self._waiting.clear()
        if self._hop is not None:
            self._hop.dispose()


__all__ = ["Steering"]

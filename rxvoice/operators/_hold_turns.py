"""`hold_turns`."""

from __future__ import annotations

from dataclasses import replace

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.items import EagerTurn, Event, Turn, TurnDropped, TurnResumed, TurnStarted
from rxvoice.operators._fault_of import fault_of

REASON = "held"


def hold_turns(opens: Observable[object], /) -> Operator[Event, Event]:
    """Hold the newest turn back until somebody lets it pass.

    It stands right behind `aggregate_turn`. Each item of ``opens`` lets the `Turn` that is held
    pass; while none is, it does nothing. What the user says while a turn is held belongs to it: the
    turn that passes is the newest, with the text of all. While the user has the floor, what is let
    pass waits for the end of their turn, which goes with it.

    The older turns come to nothing, for the sake of those who count: `TurnDropped` with the reason
    ``"held"``. So does one that is held when the source ends or fails. Guesses, `EagerTurn` and
    `TurnResumed`, never pass. When ``opens`` fails, that is a `Fault`, and nothing is let pass any
    more. All other items pass, in order.

    Marbles (one column is 100 ms)::

        turns  -S-T---R--U-----S-T--|
        opens  ------------o------
        hold_turns(opens)
        out    -S-----(d R)----V---S----(e |)

        S: TurnStarted(1)  T: Turn("Hello.", 1)  R: TurnStarted(2)  U: Turn("Hey!", 2)
        d: TurnDropped(1, "held")  V: Turn("Hello. Hey!", 2)  e: TurnDropped(1, "held")

    Args:
        opens: Lets turns pass, whatever it emits.

    Returns:
        The operator.
    """

    def held(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            gate = _Gate(observer)
            own = CompositeDisposable()

            def on_error(error: Exception) -> None:
                gate.end()
                observer.on_error(error)

            def on_completed() -> None:
                gate.end()
                observer.on_completed()

            with begun(own):
                own.add(opens.subscribe(gate.on_open, gate.on_failure, scheduler=clock))
                own.add(source.subscribe(gate.on_next, on_error, on_completed, scheduler=clock))
            return own

        return Stream(subscribe)

    return held


class _Gate:
    """One subscription: the turn that is held, if any."""

    def __init__(self, observer: abc.ObserverBase[Event]) -> None:
        self._observer = observer
        self._held: Turn | None = None
        self._announced = False  # the turn that is held
        self._floor = False  # whether a turn that was announced goes on
        self._let = False

    def on_open(self, _: object) -> None:
        """Let a turn pass."""
        self._let = self._held is not None
        self._look()

    def on_failure(self, error: Exception) -> None:
        """Tell that nobody lets turns pass any more."""
        self._observer.on_next(fault_of("hold_turns", error))

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        match item:
            case TurnStarted():
                self._drop()
                self._floor = True
                self._observer.on_next(item)
            case Turn():
                announced, self._floor = self._floor, False
                if not announced:
                    self._drop()
                self._held = item if self._held is None else _joined(self._held, item)
                self._announced = announced
                self._look()
            case TurnDropped() if self._held is not None:
                self._held = replace(self._held, number=item.number)
                self._announced, self._floor = self._floor, False
                self._look()
            case TurnDropped():
                self._floor = False
                self._observer.on_next(item)
            case EagerTurn() | TurnResumed():
                pass
            case _:
                self._observer.on_next(item)

    def end(self) -> None:
        """Take that nothing more will come."""
        self._drop()
        self._held = None

    def _look(self) -> None:
        if self._let and not self._floor and self._held is not None:
            turn, self._held = self._held, None
            self._let = self._announced = False
            self._observer.on_next(turn)

    def _drop(self) -> None:
        """Tell that the turn that is held ends without an answer of its own."""
        if self._held is not None and self._announced:
            self._announced = False
            self._observer.on_next(TurnDropped(self._held.number, REASON))


def _joined(old: Turn, new: Turn) -> Turn:
    return replace(
        new,
        text=f"{old.text} {new.text}".strip(),
        transcripts=(*old.transcripts, *new.transcripts),
        answer=new.answer or old.answer,
    )

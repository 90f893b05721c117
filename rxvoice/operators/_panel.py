"""Strategies that are asked together."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import reactivex as rx
from reactivex import abc
from reactivex.disposable import CompositeDisposable
from reactivex.subject import Subject

from rxvoice._types import Operator
from rxvoice.contracts import TurnInput
from rxvoice.items import Fault

D = TypeVar("D")


class Panel(Generic[D]):
    """Asks strategies in order, and others instead once all of them have failed.

    Args:
        strategies: Who is asked.
        substitutes: Who is asked when all have failed.
        decided: Called with what they emit, and with a `Fault` when one fails.
        clock: Scheduler of the subscriptions.
        history: Called for what the substitutes must see first.
    """

    def __init__(
        self,
        strategies: Sequence[Operator[TurnInput, D]],
        substitutes: Sequence[Operator[TurnInput, D]],
        decided: Callable[[D | Fault], None],
        clock: abc.SchedulerBase,
        *,
        history: Callable[[], Sequence[TurnInput]] = tuple,
    ) -> None:
        self._strategies = strategies
        self._substitutes = substitutes
        self._decided = decided
        self._clock = clock
        self._history = history
        self._heard: Subject[TurnInput] = Subject()
        self._subscriptions = CompositeDisposable()
        self._left = len(strategies)

    def open(self) -> None:
        """Subscribe; they may decide at once."""
        self._subscribe(self._strategies)

    def ask(self, item: TurnInput) -> None:
        """Let them see an item."""
        self._heard.on_next(item)

    def dispose(self) -> None:
        """Unsubscribe."""
        self._subscriptions.dispose()

    def _subscribe(self, strategies: Sequence[Operator[TurnInput, D]]) -> None:
        for strategy in strategies:
            answers = rx.defer(lambda _, strategy=strategy: strategy(self._heard))
            self._subscriptions.add(
                answers.subscribe(self._decided, self._failed, scheduler=self._clock)
            )

    def _failed(self, error: Exception) -> None:
        self._decided(Fault("turn", f"a turn strategy failed: {error}", cause=error))
        self._left -= 1
        if self._left == 0 and not self._subscriptions.is_disposed:
            self._heard = Subject()  # who failed may still listen to the old one
            self._subscribe(self._substitutes)
            for item in self._history():
                self.ask(item)

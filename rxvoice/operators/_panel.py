"""Strategies that are asked together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from reactivex import abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Inlet, deferred
from rxvoice._types import Operator
from rxvoice.contracts import TurnInput
from rxvoice.items import AudioFrame, EndRound, Fault
from rxvoice.operators._unheard import unheard
from rxvoice.operators._without_audio import needs_audio

D = TypeVar("D")


class Panel(Generic[D]):
    """Asks strategies in order, and others instead once all of them have failed.

    A strategy that emits `EndRound` while it sees an item keeps the item from those after it. Audio
    is for those that need it: see `WithoutAudio`.

    Args:
        strategies: Who is asked.
        substitutes: Who is asked when all have failed.
        decided: Called with what they emit, and with a `Fault` when one fails.
        clock: Scheduler of the subscriptions.
        history: Called for what the substitutes must see first.
    """

    def __init__(
        self,
        strategies: Sequence[Operator[TurnInput, D | EndRound]],
        substitutes: Sequence[Operator[TurnInput, D | EndRound]],
        decided: Callable[[D | Fault], None],
        clock: abc.SchedulerBase,
        *,
        history: Callable[[], Sequence[TurnInput]] = tuple,
    ) -> None:
        self._strategies = strategies
        self._substitutes = substitutes
        self._decided = decided
        self._clock = clock
        self._history: Callable[[], Sequence[TurnInput]] = history
        self._heard: list[Inlet[TurnInput]] = []
        self._hearing: list[Inlet[TurnInput]] = []
        self._subscriptions = CompositeDisposable()
        self._left = len(strategies)
        self._over = False

    @property
    def hears(self) -> bool:
        """Whether anybody needs audio."""
        return bool(self._hearing)

    def open(self) -> None:
        """Subscribe; they may decide at once."""
        self._subscribe(self._strategies)

    def ask(self, item: TurnInput) -> None:
        """Let them see an item."""
        outer, self._over = self._over, False
        for heard in tuple(self._hearing if isinstance(item, AudioFrame) else self._heard):
            heard.on_next(item)
            if self._over:
                break
        self._over = outer

    def dispose(self) -> None:
        """Unsubscribe."""
        self._subscriptions.dispose()
        self._decided, self._history = unheard, tuple

    def _subscribe(self, strategies: Sequence[Operator[TurnInput, D | EndRound]]) -> None:
        for strategy in strategies:
            heard: Inlet[TurnInput] = Inlet()
            self._heard.append(heard)
            if needs_audio(strategy):
                self._hearing.append(heard)
            answers = deferred(partial(strategy, heard))
            self._subscriptions.add(
                answers.subscribe(self._answered, self._failed, scheduler=self._clock)
            )

    def _answered(self, answer: D | EndRound) -> None:
        if isinstance(answer, EndRound):
            self._over = True
        else:
            self._decided(answer)

    def _failed(self, error: Exception) -> None:
        self._decided(Fault("turn", f"a turn strategy failed: {error}", cause=error))
        self._left -= 1
        if self._left == 0 and not self._subscriptions.is_disposed:
            self._heard, self._hearing = [], []  # who failed may still listen to the old ones
            self._subscribe(self._substitutes)
            for item in self._history():
                self.ask(item)

"""`evaluate`."""

from __future__ import annotations

import math
from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.context import Context
from rxvoice.contracts import Chat
from rxvoice.items import Evaluation, Event, Fault, Token, Turn
from rxvoice.operators._answer import answer_of
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._provider import check_provider


def evaluate(
    llm: Chat,
    /,
    *,
    instruction: str,
    at_most: int = 2,
    timeout: float = 15.0,
    name: str = "evaluator",
) -> Operator[Event, Event]:
    """Let a second model judge each turn, beside the conversation and without a sound.

    Everything passes at once. Each `Turn` is put to the model alone, with the instruction; what it
    writes comes as one `Evaluation` when it is complete, and nothing else of it: no tokens, no
    thoughts, no calls of tools. A model that fails, writes nothing, or takes longer than
    ``timeout``, gives a `Fault` that is not fatal.

    Marbles (one column is 100 ms)::

        turns  -T-a-----|
        judge   -g-h|
               -^---!
        evaluate(judge, instruction="How polite is this, in one word?")
        out    -T-a-e---|

        T: Turn("Good day!", 1)  a: Token("Hi.")  g: Token(" very ")  h: Token("polite ")
        e: Evaluation(Turn("Good day!", 1), "very polite")

    Args:
        llm: The model.
        instruction: What it is told to judge.
        at_most: How many turns are judged at once; one more is not judged, and gives a `Fault`.
        timeout: Seconds for a judgement; 0 for as long as it takes.
        name: Source of the faults.

    Returns:
        The operator. It completes when the source has and the last judgement is there. It fails as
        soon as the source does.

    Raises:
        TypeError: When ``llm`` is no function of a conversation.
        ValueError: When ``at_most`` is below 1 or ``timeout`` is negative.
    """
    check_provider("llm", llm, "a conversation")
    if at_most < 1:
        raise ValueError(f"at_most must be at least 1, got {at_most}")
    if not timeout >= 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")

    def evaluated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            judged = _Judged(observer, clock, llm, instruction, at_most, timeout or math.inf, name)
            with begun(judged.subscription):
                subscription = source.subscribe(
                    judged.on_next, judged.on_error, judged.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, judged.subscription)

        return Stream(subscribe)

    return evaluated


class _Judged:
    """One subscription: the judgements that are being made."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        llm: Chat,
        instruction: str,
        at_most: int,
        timeout: float,
        name: str,
    ) -> None:
        self.subscription = CompositeDisposable()
        self._observer = observer
        self._clock = clock
        self._llm = llm
        self._instruction = instruction
        self._at_most = at_most
        self._timeout = timeout
        self._name = name
        self._running = 0
        self._ended = False

    def on_next(self, item: Event) -> None:
        """Pass an item, and have it judged when it is a turn."""
        self._observer.on_next(item)
        if not isinstance(item, Turn) or self.subscription.is_disposed:
            return
        if self._running < self._at_most:
            self._judge(item)
        else:
            message = f"turn {item.number} is not judged: {self._running} others are"
            self._observer.on_next(Fault(self._name, message))

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self.subscription.dispose()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if not self._running:
            self._observer.on_completed()

    def _judge(self, turn: Turn) -> None:
        text: list[str] = []
        model, timer = SingleAssignmentDisposable(), SerialDisposable()
        both = CompositeDisposable(model, timer)

        def on_next(item: Any) -> None:
            if isinstance(item, Token):
                text.append(item.text)

        def on_completed() -> None:
            judgement = "".join(text).strip()
            empty = Fault(self._name, f"the model says nothing of turn {turn.number}")
            end(Evaluation(turn, judgement) if judgement else empty)

        def on_error(error: Exception) -> None:
            fault = fault_of(self._name, error)
            end(Fault(fault.source, fault.message, cause=error))

        def late() -> None:
            end(Fault(self._name, f"the model took more than {self._timeout:g} s"))

        def end(told: Event) -> None:
            if both.is_disposed:
                return
            self.subscription.remove(both)
            self._running -= 1
            self._observer.on_next(told)
            if self._ended and not self._running:
                self._observer.on_completed()

        self._running += 1
        self.subscription.add(both)
        if self._timeout < math.inf:
            timer.disposable = self._clock.call_later(self._timeout, late)
        request = Context(self._instruction).append("user", turn.text)
        model.disposable = answer_of(self._llm, request, self._name).subscribe(
            on_next, on_error, on_completed, scheduler=self._clock
        )


__all__ = ["evaluate"]

"""`call_tools`."""

from collections import deque
from typing import Any, Literal

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.context import Memory
from rxvoice.contracts import Chat
from rxvoice.items import Event, ResponseEnded, ResponseStarted, Turn
from rxvoice.operators._asking import Asking
from rxvoice.operators._tool_loop import Answer


def call_tools(
    llm: Chat,
    memory: Memory,
    /,
    *,
    timeout: float = 15.0,
    apology: str | None = None,
    parallel: bool = True,
    ask_after: Literal["last", "each"] = "last",
    tool_timeout: float | None = None,
    max_rounds: int = 10,
    resources: Any = None,
    name: str = "llm",
) -> Operator[Event, Event]:
    """Run the tools that a model has called, and ask it again with their results.

    It is the second half of `respond`, for replies that begin before it is certain that they are
    wanted: there, ``respond(llm, memory, run_tools=False)`` thinks and `call_tools` acts. All items
    pass; those that come while tools run, or the model is asked again, wait.

    Marbles (one column is 100 ms)::

        said   -1-cE|
        llm        -a|
               ----^-!
        call_tools(llm, Memory())
        out    -1-c(E r 1)(m a)(e|)

        1: ResponseStarted(1)  c: ToolCall("1", "gone")  E: ResponseEnded(1)
        r: ToolResult("1", "gone", anything)  m: Metric("llm", "ttfb", 0.1)  a: Token("Sorry.")
        e: ResponseEnded(1, "Sorry.")

    Args:
        llm: As for `respond`.
        memory: As for `respond`; it has to record what comes out, or the model does not know what
            it answers.
        timeout: As for `respond`.
        apology: As for `respond`.
        parallel: As for `respond`.
        ask_after: As for `respond`.
        tool_timeout: As for `respond`.
        max_rounds: As for `respond`.
        resources: As for `respond`.
        name: As for `respond`.

    Returns:
        The operator. It completes when the source has and the last answer has ended.

    Raises:
        ValueError: As `respond`.
    """
    asking = Asking(
        llm=llm,
        memory=memory,
        timeout=timeout,
        apology=apology,
        run_tools=True,
        parallel=parallel,
        ask_after=ask_after,
        tool_timeout=tool_timeout,
        max_rounds=max_rounds,
        resources=resources,
        name=name,
    )

    def called(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            responses = _Responses(asking, observer, clock)
            with begun(responses.subscription):
                subscription = source.subscribe(
                    responses.on_next, responses.on_error, responses.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, responses.subscription)

        return Observable(subscribe)

    return called


class _Responses:
    """One subscription: the response that passes, and what follows from it."""

    def __init__(
        self, asking: Asking, observer: abc.ObserverBase[Event], clock: LoopScheduler
    ) -> None:
        self.subscription = SerialDisposable()
        self._asking = asking
        self._observer = observer
        self._clock = clock
        self._waiting: deque[Event] = deque()
        self._answer: Answer | None = None
        self._busy = self._draining = self._ended = False

    def on_next(self, item: Event) -> None:
        self._waiting.append(item)
        self._drain()

    def on_error(self, error: Exception) -> None:
        self._waiting.clear()
        if self._answer is not None:
            self._answer.cut_off()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        self._ended = True
        self._drain()

    def _drain(self) -> None:
        if self._draining or self._busy:
            return
        self._draining = True
        try:
            while self._waiting and not self._busy and not self.subscription.is_disposed:
                self._take(self._waiting.popleft())
        finally:
            self._draining = False
        if self._ended and not self._busy:
            self._observer.on_completed()

    def _take(self, item: Event) -> None:
        self._observer.on_next(item)
        if isinstance(item, ResponseStarted):
            self._begin(Turn("", item.turn))
        elif self._answer is not None:
            self._busy = isinstance(item, ResponseEnded)
            self._answer.see(item)

    def _begin(self, turn: Turn) -> None:
        def subscribe(
            observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            self._answer = Answer(self._asking, observer, self._clock, turn)
            return self._answer.subscription

        inner = SingleAssignmentDisposable()
        self.subscription.disposable = inner
        inner.disposable = Observable(subscribe).subscribe(
            self._observer.on_next, self._observer.on_error, self._answered, scheduler=self._clock
        )

    def _answered(self) -> None:
        self._busy = False
        self._answer = None
        self._drain()

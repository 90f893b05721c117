"""`respond`."""

from collections import deque
from collections.abc import Callable

import reactivex as rx
from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable, SingleAssignmentDisposable

from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.context import Context, Memory, advance
from rxvoice.contracts import Chat
from rxvoice.items import (
    Event,
    Metric,
    ResponseEnded,
    ResponseStarted,
    Thought,
    Token,
    ToolCall,
    Turn,
    Usage,
)
from rxvoice.operators._fault_of import fault_of


def respond(
    llm: Chat,
    memory: Memory | None = None,
    /,
    *,
    timeout: float = 15.0,
    apology: str | None = None,
    name: str = "llm",
) -> Operator[Event, Event]:
    """Let a language model answer each turn.

    A `Turn` is consumed; for it come `ResponseStarted`, what the model says as it comes (the first
    piece preceded by a `Metric` ``ttfb``), and `ResponseEnded`, always, also after a failure. A
    model that fails, or says nothing for ``timeout`` seconds, gives a `Fault`; unless it had
    begun to speak, the ``apology`` is said instead. Unsubscribing unsubscribes the model. Empty
    tokens are left out. Other items pass unchanged; turns are answered one after another. When the
    source fails, so does the stream, at once; a response in progress ends first.

    Marbles (one column is 100 ms)::

        turns  -T-------U------|
        llm     --a-b|
               -^----!
        llm             --#
               ---------^-!
        respond(llm, apology="Pardon?")
        out    -1-(m a)-be--2-(f p g)----|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.2)
        a: Token("Hi")  b: Token(" there.")  e: ResponseEnded(1, "Hi there.", failed=False)
        U: Turn("Well?", 2)  2: ResponseStarted(2)  #: ConnectionError("lost")
        f: Fault("llm", anything)  p: Token("Pardon?")
        g: ResponseEnded(2, "Pardon?", failed=True)

    Args:
        llm: The model.
        memory: Where the conversation is; it is read when a turn comes, and never written to. The
            turn itself is added for the model where the memory has not recorded it yet.
        timeout: Seconds without anything from the model after which it is given up; 0 for never.
        apology: What to say when the model failed before its first word.
        name: Source of faults and metrics.

    Returns:
        The operator. It completes when the source has and the last response has ended.

    Raises:
        ValueError: When ``timeout`` is negative.
    """
    if timeout < 0.0:
        raise ValueError(f"timeout must not be negative, got {timeout}")

    def request(turn: Turn) -> Context:
        context = memory.context if memory is not None else Context()
        last = context.messages[-1] if context.messages else None
        if last is not None and last.role == "user" and last.text == turn.text:
            return context
        return advance(context, turn)

    def responded(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)

            def answer(turn: Turn, listener: abc.ObserverBase[Event]) -> _Response:
                context = request(turn)
                return _Response(
                    listener, clock, turn.number, lambda: llm(context), timeout, apology, name
                )

            answers = _Answers(observer, clock, answer)
            with begun(answers.subscription):
                subscription = source.subscribe(
                    answers.on_next, answers.on_error, answers.on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, answers.subscription)

        return Observable(subscribe)

    return responded


class _Answers:
    """One subscription: one response at a time; what comes meanwhile waits."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        answer: "Callable[[Turn, abc.ObserverBase[Event]], _Response]",
    ) -> None:
        self.subscription = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._answer = answer
        self._waiting: deque[Event] = deque()
        self._response: _Response | None = None
        self._busy = self._draining = self._ended = False

    def on_next(self, item: Event) -> None:
        self._waiting.append(item)
        self._drain()

    def on_error(self, error: Exception) -> None:
        self._waiting.clear()
        if self._response is not None:
            self._response.cut_off()
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
        if not isinstance(item, Turn):
            self._observer.on_next(item)
            return
        self._busy = True

        def subscribe(
            observer: abc.ObserverBase[Event], _: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            self._response = response = self._answer(item, observer)
            response.start()
            return CompositeDisposable(response.model, response.timer)

        inner = SingleAssignmentDisposable()
        self.subscription.disposable = inner
        inner.disposable = Observable(subscribe).subscribe(
            self._observer.on_next, self._observer.on_error, self._answered, scheduler=self._clock
        )

    def _answered(self) -> None:
        self._busy = False
        self._response = None
        self._drain()


class _Response:
    """One call of the model."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        turn: int,
        ask: Callable[[], Observable[Token | Thought | ToolCall | Usage]],
        timeout: float,
        apology: str | None,
        name: str,
    ) -> None:
        self.model = SingleAssignmentDisposable()
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._turn = turn
        self._ask = ask
        self._timeout = timeout
        self._apology = apology
        self._name = name
        self._text: list[str] = []
        self._began = clock.now_seconds
        self._last = self._began
        self._first = True
        self._over = False

    def start(self) -> None:
        self._observer.on_next(ResponseStarted(self._turn))
        if self._timeout:
            self.timer.disposable = self._clock.call_at(self._began + self._timeout, self._look)
        self.model.disposable = rx.defer(lambda _: self._ask()).subscribe(
            self._said, self._failed, self._finish, scheduler=self._clock
        )

    def _said(self, item: Token | Thought | ToolCall | Usage) -> None:
        if self._over:
            return
        self._last = self._clock.now_seconds
        if isinstance(item, Token):
            if not item.text:
                return
            self._text.append(item.text)
        if self._first and not isinstance(item, Usage):
            self._first = False
            self._observer.on_next(Metric(self._name, "ttfb", self._last - self._began))
        self._observer.on_next(item)

    def _look(self) -> None:
        """Give up, or look again when the model may have been silent for too long."""
        due = self._last + self._timeout
        if self._clock.now_seconds < due - 1e-6:
            self.timer.disposable = self._clock.call_at(due, self._look)
            return
        self.model.dispose()
        message = f"the model said nothing for {self._timeout:g} s"
        self._failed(TimeoutError(message), message)

    def _failed(self, error: Exception, message: str | None = None) -> None:
        if self._over:
            return
        self._observer.on_next(fault_of(self._name, error, message))
        if self._apology and not self._text:
            self._text.append(self._apology)
            self._observer.on_next(Token(self._apology))
        self._finish(failed=True)

    def _finish(self, *, failed: bool = False) -> None:
        if self._end(failed=failed):
            self._observer.on_completed()

    def cut_off(self) -> None:
        """End it without an answer, because the source has failed."""
        self.model.dispose()
        self._end(failed=True)

    def _end(self, *, failed: bool) -> bool:
        """Say that it is over; tell whether it was not before."""
        if self._over:
            return False
        self._over = True
        self.timer.dispose()
        self._observer.on_next(ResponseEnded(self._turn, "".join(self._text), failed))
        return True

"""`completion_marks`."""

from __future__ import annotations

import reactivex as rx
from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.clock import loop_scheduler
from rxvoice.context import CompletionMarkers
from rxvoice.items import Event, Turn
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._signed_answer import SignedAnswer


def completion_marks(
    again: Operator[Event, Event],
    /,
    *,
    markers: CompletionMarkers | None = None,
    short_wait: float = 5.0,
    long_wait: float = 10.0,
) -> Operator[Event, Event]:
    """Let the model say whether the user has finished, and keep silent when they have not.

    It stands between `respond` and `synthesize`, within the reply. The model begins its answer with
    a sign, in as many tokens as it likes; a `CompletionMark` takes its place. When the turn was
    complete the rest of the answer passes; when not, all its text is dropped, and the mark is what
    is remembered of it. When the user has not gone on ``short_wait`` or ``long_wait`` seconds
    later, the model is asked, once, to encourage them, and that answer is treated likewise. When
    the user does go on, the reply is unsubscribed, and the wait with it.

    An answer without a sign is spoken, and logged as a warning. All other items pass.

    To tell the model of the signs give `respond` the model ``markers.chat(llm)``.

    Marbles (one column is 0.5 s)::

        text   -1-o-e|
        again               -2-c-d-g|
               -------------^-------!
        completion_marks(again)
        out    -1-s-e--------2-m-d-g|

        1: ResponseStarted(1)  o: Token("○")  s: CompletionMark("short", "○")
        e: ResponseEnded(1, "○")  2: ResponseStarted(1)  c: Token("✓ ")
        m: CompletionMark("complete", "✓")  d: Token("Go on.")  g: ResponseEnded(1, "✓ Go on.")

    Args:
        again: What asks the model: the `respond` before it. It is given a `Turn` that holds the
            prompt; the conversation does not.
        markers: The signs and texts.
        short_wait: Seconds from the sign to the prompt, for a user who was cut off. The defaults of
            this and the next one are Pipecat's.
        long_wait: Seconds for a user who needs time.

    Returns:
        The operator. It completes when the source has and the model need not be asked again, or
        has answered. When it cannot be asked again, that is a `Fault`.

    Raises:
        ValueError: When a wait is negative.
    """
    for name, value in (("short_wait", short_wait), ("long_wait", long_wait)):
        if not value >= 0.0:
            raise ValueError(f"{name} must not be negative, got {value}")
    signs = markers or CompletionMarkers()

    def marked(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            next_step = SerialDisposable()
            first = SignedAnswer(observer, clock, signs)
            second = SignedAnswer(observer, clock, signs)

            def on_completed() -> None:
                first.finish()
                if first.completeness == "short":
                    wait(short_wait, signs.short_prompt)
                elif first.completeness == "long":
                    wait(long_wait, signs.long_prompt)
                else:
                    observer.on_completed()

            def wait(seconds: float, prompt: str) -> None:
                asked = Turn(signs.written(prompt), first.turn, reason="completion")
                due = first.judged + seconds
                next_step.disposable = clock.call_at(due, lambda: ask(asked))

            def ask(turn: Turn) -> None:
                asked: Observable[Event] = rx.just(turn)
                next_step.disposable = rx.defer(lambda _: again(asked)).subscribe(
                    second.on_next, failed, answered, scheduler=clock
                )

            def failed(error: Exception) -> None:
                second.finish()
                observer.on_next(fault_of("completion", error))
                observer.on_completed()

            def answered() -> None:
                second.finish()
                observer.on_completed()

            with begun(next_step):
                subscription = source.subscribe(
                    first.on_next, first.on_error, on_completed, scheduler=clock
                )
            return CompositeDisposable(subscription, next_step)

        return Stream(subscribe)

    return marked

"""`steer`."""

from __future__ import annotations

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.clock import loop_scheduler
from rxvoice.items import Command, Event
from rxvoice.operators._feedback_failed import feedback_failed
from rxvoice.operators._steering import Steering


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

    What ends a reply does not wait: `Interrupt` goes on to `interruptible` at once, also that of a
    tool in the background, and what waits comes then. So does an `EndCall` that is at once. Another
    `EndCall` becomes one when all has been heard that the bot was saying and that had been wanted
    before, whether the user speaks by then or not; see `hang_up`.

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
            steering = Steering(observer, clock)
            own = CompositeDisposable(steering.subscription)
            with begun(own):
                own.add(feedback.subscribe(steering.heard, feedback_failed, scheduler=clock))
                if commands is not None:
                    wanted = edge(commands, "commands")
                    own.add(wanted.subscribe(steering.wanted, steering.failed, scheduler=clock))
                own.add(
                    source.subscribe(
                        steering.on_next, observer.on_error, observer.on_completed, scheduler=clock
                    )
                )
            return own

        return Stream(subscribe)

    return steered

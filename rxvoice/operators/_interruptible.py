"""`interruptible`."""

from __future__ import annotations

from collections.abc import Callable

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice._types import Operator
from rxvoice.aio._begun import begun
from rxvoice.aio._edge import edge
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import InterruptionPolicy
from rxvoice.items import Event, Played, Turn
from rxvoice.operators._interrupt_at_once import interrupt_at_once
from rxvoice.operators._pause_and_decide import pause_and_decide
from rxvoice.operators._switch import Switch


def interruptible(
    project: Callable[[Turn], Observable[Event]],
    /,
    *,
    policy: InterruptionPolicy | None = None,
    fade_out: float = 0.02,
    played: Observable[Played] | None = None,
) -> Operator[Event, Event]:
    """Answer each turn, and stop answering when the user interrupts.

    This is the one switch of a voice agent. A `Turn` passes and then switches to
    ``project(turn)``, bracketed by `ReplyStarted` and `ReplyEnded`. While a reply is in progress
    the ``policy`` decides what interrupts it, and the marks of the user's turns wait for that:

    - *Interrupt* unsubscribes from the reply, which stops all that it does; then come `ClearAudio`,
      when it was being heard, `ReplyEnded` with the words that had been played, and only then the
      turns that have waited. After that nothing of the old reply comes out, whatever its parts do.
    - *Pause* stops the voice at once (`ClearAudio`, `ReplyPaused`), or keeps it from beginning, and
      leaves the reply subscribed. *Resume* lets it go on where it stopped (`ReplyResumed`).
    - *Reject* gives `InterruptionRejected` in place of the turns that are complete.

    A turn about which nothing was decided takes its course when the reply has been spoken to its
    end. While a reply is `uninterruptible`, verdicts wait for the end of that. A policy that fails
    gives a `Fault`, and `interrupt_at_once` takes its place for this reply.

    The first piece of audio after `ClearAudio`, at the same instant, is how the voice falls to
    silence; it has to be played.

    The item `Interrupt`, from the source or a tool of the reply, interrupts it likewise, and an
    `EndCall` that is at once whatever it is; behind that no turn is answered any more.

    A reply that fails gives a `Fault` and ends; the conversation goes on. When the source
    completes, the reply in progress is spoken to its end first.

    Marbles (one column is 100 ms)::

        turns  -T-A----U--B----|
        reply     -va-w-x-y|
               ---^----!
        reply             -z|
               -----------^-!
        interruptible(reply, policy=interrupt_at_once())
        out    -T-(A 1)va-w(c i U)--(B 2)z(e)--|

        T: TurnStarted(1)  A: Turn("Tell me a story.", 1)  1: ReplyStarted(1)
        v: Word("Once", 0.0)  w: Word("upon", 0.3)  x: Word("a", 0.5)  y: Word("time", 0.7)
        U: TurnStarted(2)  c: ClearAudio(1)  i: ReplyEnded(1, "Once upon", interrupted=True)
        B: Turn("Thanks.", 2)  2: ReplyStarted(2)  e: ReplyEnded(2, "Bye!", interrupted=False)
        z: Word("Bye!", 0.0)  a: speech(0.1)

    Args:
        project: Makes the reply to a turn, with its audio paced; unsubscribing it must stop all
            that it started. It is called after the turn has passed downstream. With `speculate` it
            begins to think before.
        policy: `pause_and_decide` unless given.
        fade_out: Seconds in which an interrupted voice falls to silence, so that it does not
            click; as long as what `pace` has sent ahead at the most.
        played: Reports of the sink. With them a word has been spoken when the sink has played half
            of it; without, when it comes.

    Returns:
        The operator.

    Raises:
        ValueError: When ``fade_out`` is negative.
    """
    if not fade_out >= 0.0:
        raise ValueError(f"fade_out must not be negative, got {fade_out}")
    policies = (pause_and_decide() if policy is None else policy, interrupt_at_once())

    def interrupted(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            switch = Switch(
                observer,
                clock,
                project,
                policies,
                fade=fade_out,
                reports=played is not None,
            )
            own = CompositeDisposable(Disposable(switch.dispose))
            with begun(own):
                if played is not None:
                    heard = edge(played, "played")
                    own.add(heard.subscribe(switch.played, _ignore, scheduler=clock))
                own.add(
                    source.subscribe(
                        switch.on_next, switch.on_error, switch.on_completed, scheduler=clock
                    )
                )
            return own

        return Stream(subscribe)

    return interrupted


def _ignore(_: Exception) -> None:
    """A sink that fails tells so itself; what it had played by then counts."""

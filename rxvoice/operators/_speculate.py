"""`speculate`."""

from collections.abc import Callable
from dataclasses import dataclass

from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.items import Event, Turn


@dataclass(frozen=True, slots=True)
class Speculation:
    """A reply in two parts, of which the first may begin before the turn has ended.

    Attributes:
        think: Makes the part without effects.
        act: Makes of it what is heard and done.
        budget: How many guesses of one turn are thought about.
    """

    think: Callable[[Turn], Observable[Event]]
    act: Operator[Event, Event]
    budget: int

    def __call__(self, turn: Turn) -> Observable[Event]:
        """Reply to a turn that has ended."""
        return self.act(self.think(turn))


def speculate(
    think: Callable[[Turn], Observable[Event]],
    /,
    *,
    act: Operator[Event, Event],
    budget: int = 2,
) -> Speculation:
    """Let a reply begin to think while the user may still go on.

    It is what `interruptible` is given in place of a function. At an `EagerTurn` it subscribes to
    ``think`` and keeps what comes. When the `Turn` comes with the same words, ``act`` gets all of
    it, what was kept first; when the user goes on, or other words come, it is unsubscribed and
    nobody hears of it. What ``act`` does, it does to turns that have ended only: put there whatever
    has effects, such as speech and tools that change something. A ``think`` that ends in a voice
    speaks ahead, too; the voice is heard from ``act`` on, where `pace` belongs.

    Marbles (one column is 100 ms)::

        turns  -S-e---r-f--T-------|
        think     -a-b|
               ---^---!
        think           -a-b-|
               ---------^----!
        interruptible(speculate(think, act=pace()))
        out    -S-e---r-f--(T 1 a b)-z-----|

        S: TurnStarted(1)  e: EagerTurn(Turn("I want", 1))  r: TurnResumed(1)
        f: EagerTurn(Turn("I want tea.", 1))  T: Turn("I want tea.", 1)  1: ReplyStarted(1)
        a: Token("Tea")  b: Token(", please.")  z: ReplyEnded(1, "", interrupted=False)

    Args:
        think: Makes the part of a reply that has no effects; unsubscribing it must stop all that it
            started.
        act: Makes of it what is heard and done.
        budget: How many guesses of one turn may be thought about: the most answers of the model
            that are thrown away for it.

    Returns:
        What makes the replies.

    Raises:
        ValueError: When ``budget`` is negative.
    """
    if budget < 0:
        raise ValueError(f"budget must not be negative, got {budget}")
    return Speculation(think, act, budget)


__all__ = ["Speculation", "speculate"]

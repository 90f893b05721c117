"""`race`."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from rxvoice.operators._ensemble import named
from rxvoice.operators._hedge import Hedge

S = TypeVar("S")
T = TypeVar("T")


def race(
    first: Callable[[S], T],
    second: Callable[[S], T],
    /,
    *others: Callable[[S], T],
    names: Sequence[str] | None = None,
    name: str = "race",
) -> Hedge[S, T]:
    """Ask several providers of any kind at once, and hear the one that answers first.

    The first one to say something is heard from then on, and all others are unsubscribed before its
    first item. Faults, metrics and usage are no answer; they are held back, and come when their
    provider has won. When all fail, the error of the last one goes on, if possible one that is not
    fatal. An answer without an item counts when nobody says anything. Operators (`Transcriber`,
    `Synthesizer`) are all given the source until one of them has won, once in a subscription.

    Marbles (one column is 100 ms)::

        turns  -T---------|
        big     ----a
               -^--!
        small   ---b-c|
               -^-----!
        respond(race(big, small))
        out    -1--(m b)-ce---|

        T: Turn("Hello.", 1)  1: ResponseStarted(1)  m: Metric("llm", "ttfb", 0.3)
        a: Token("Good day.")  b: Token("Hi")  c: Token("!")
        e: ResponseEnded(1, "Hi!", failed=False)

    Args:
        first: One of them.
        second: Another one.
        others: More of them.
        names: Of the providers; their places, counted from 1, unless given.
        name: Source of what ``events`` tells.

    Returns:
        A provider of the same kind. Its ``events`` tell of failures that others have made up for.

    Raises:
        TypeError: When a provider is no function, or its parentheses are missing.
        ValueError: When ``names`` are not one for each provider.
    """
    return Hedge(name, named(first, [second, *others], names), after=0.0)


__all__ = ["race"]

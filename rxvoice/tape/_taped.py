"""`taped`."""

from typing import TypeVar

from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.aio._edge import edge

T = TypeVar("T")


def taped(name: str, /) -> Operator[T, T]:
    """Say that a stream comes from outside, so that a tape of the session keeps its items.

    What coroutines and threads bring is kept anyway; this is for subjects into which somebody
    pushes, such as commands, messages of a client or what was played.

    While a tape is recorded, what is pushed by the graph itself, or by a sink while it takes an
    item, comes in the next turn of the loop.

    Args:
        name: Of the edge.

    Returns:
        The operator. Without a tape it changes nothing.
    """
    if not name:
        raise ValueError("name must not be empty")

    def marked(source: Observable[T]) -> Observable[T]:
        return edge(source, name)

    return marked


__all__ = ["taped"]

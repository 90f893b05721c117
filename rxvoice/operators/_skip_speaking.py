"""`skip_speaking`."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from reactivex import Observable
from reactivex import operators as ops

from rxvoice._types import Operator
from rxvoice.context import Memory
from rxvoice.items import Token

T = TypeVar("T")


def skip_speaking(memory: Memory, /) -> Operator[T, T]:
    """Keep what a model writes from being spoken while the conversation is not to be spoken.

    A `SetSpeaking` that comes by in the conversation says so; ``memory`` knows the last one. While
    it is off, each `Token` passes as one that is not spoken: it is not heard, but shown, and
    remembered in its place. What the voice was given before is spoken to its end. All other items
    pass, and so do tokens while it is on.

    It stands between `respond` and `synthesize`. The conversation's state is in ``memory`` because
    the reply, and this with it, is subscribed anew for each turn; give `SetSpeaking` to `steer`, or
    to whatever stands before ``memory.record()``.

    Marbles (one column is 100 ms)::

        tokens  -a-b--a-|
        skip_speaking(Memory(Context(speaking=False)))
        out     -A-b--A-|

        a: Token("Hi.")  A: Token("Hi.", spoken=False)  b: Thought("Hm.")

    Args:
        memory: The conversation.

    Returns:
        The operator. It completes when the source does.
    """

    def marked(item: T) -> T:
        if isinstance(item, Token) and item.spoken and not memory.context.speaking:
            return replace(item, spoken=False)
        return item

    def skipped(source: Observable[T]) -> Observable[T]:
        return source.pipe(ops.map(marked))

    return skipped

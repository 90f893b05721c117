"""Marbles in docstrings: what a block says.

A block begins with its heading and consists of rows of marbles, the call, more rows, and a legend::

    Marbles (one column is 100 ms)::

        turns  -T-A----U--B----|
        reply     -va-w-x-y|
               ---^----!
        reply             -z|
               -----------^-!
        interruptible(reply)
        out    -T-(A 1)va-w(c i U)--(B 2)z(e)--|

        T: TurnStarted(1)  A: Turn("Tell me a story.", 1)  …

- The heading may end in ``100 ms, within 10 ms`` when times are not exact, and in a remark after a
  colon.
- The row above the call that the call does not name is what the operator is applied to. Rows that
  it names stand for a stream, or for a function that, whatever it is called with, gives such a
  stream, async iterator or awaitable: a recogniser, a model, a voice, a reply. Each use takes the
  next row of that name.
- A row of ``^`` and ``!`` belongs to the row above it and tells when that is subscribed. What a
  call names is shown with such rows, unless it is used from the beginning to the end; an output
  with such a row is subscribed then.
- Below the call, ``out`` is everything that comes out. A row with another name shows only items of
  the types that its letters stand for.
- A letter means what the legend says, an expression; else it is text. ``s`` and ``q`` are a column
  of speech and of quiet unless the legend says otherwise, which may use ``speech(…)`` and
  ``quiet(…)``. ``#`` is the error.
- What the legend says about an item that comes out is compared, numbers to a millionth; what it
  leaves out may be anything. `anything` fits everything.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from ._example_block import ExampleError, find_block, has_block
from ._example_reader import Row, read_block
from ._notation import microseconds


@dataclass(frozen=True, slots=True)
class Example:
    """The marbles of an operator's docstring.

    Attributes:
        operator: The operator.
        tick: Seconds that one column takes.
        within: Seconds by which each time may differ.
        source: What the operator is applied to; `None` when the call makes the stream itself.
        parts: The rows of what the call names: recognisers, voices, replies … A name has several
            rows when it is used several times.
        call: The call, as source text.
        outputs: What comes out. A row called ``out`` shows everything; one with another name
            shows only items of the types that its letters stand for.
        legend: Expressions, as source text, by the letter that they explain.
        note: What the heading says besides the length of a column.
        place: File and line of the heading.
        text: The block, without its heading and indentation.
    """

    operator: Callable[..., Any]
    tick: float
    within: float
    source: Row | None
    parts: tuple[Row, ...]
    call: str
    outputs: tuple[Row, ...]
    legend: Mapping[str, str] = field(repr=False)
    note: str = field(repr=False)
    place: str
    text: str = field(repr=False)

    @property
    def name(self) -> str:
        """The operator's name."""
        return self.operator.__name__

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order in which they are written."""
        rows = (*((self.source,) if self.source else ()), *self.parts, *self.outputs)
        return tuple(sorted(rows, key=lambda row: row.line))


def read_example(operator: Callable[..., Any]) -> Example:
    """Read the marbles of an operator's docstring.

    Args:
        operator: The operator: the function, not what it returns.

    Raises:
        ExampleError: When there are none, or they cannot be read.
    """
    block = find_block(operator)
    found = read_block(operator, block)
    return Example(
        operator,
        microseconds(block.tick) / 1_000_000,
        block.within,
        found.source,
        tuple(found.parts),
        found.call,
        tuple(found.outputs),
        found.legend,
        block.note,
        block.place,
        "\n".join(block.lines),
    )


def examples(package: ModuleType) -> list[Callable[..., Any]]:
    """Return the public functions of a package whose docstrings have marbles.

    This is how the docstrings of a package of operators are tested::

        @pytest.mark.parametrize("operator", examples(mypackage))
        def test_marbles(operator):
            check_example(operator)

    Args:
        package: The package or module; what it lists in ``__all__`` is looked at, or, where it
            has none, all names without an underscore.

    Raises:
        ExampleError: When there are none.
    """
    public = getattr(package, "__all__", [name for name in vars(package) if name[:1] != "_"])
    found = [getattr(package, name) for name in public]
    found = [function for function in found if inspect.isfunction(function) and has_block(function)]
    if not found:
        raise ExampleError(f"no function of {package.__name__} has marbles in its docstring")
    return found


__all__ = ["Example", "ExampleError", "Row", "examples", "read_example"]

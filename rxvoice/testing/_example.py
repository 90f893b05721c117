"""Marbles in docstrings: what a block says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ._example_reader import Block, ExampleError, Row, read_block
from ._notation import microseconds


@dataclass(frozen=True, slots=True)
class Example:
    """The marbles of an operator's docstring.

    Attributes:
        operator: The operator.
        tick: Seconds that one column takes.
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
    block: Block = read_block(operator)
    return Example(
        operator,
        microseconds(block.tick) / 1_000_000,
        block.source,
        tuple(block.parts),
        block.call,
        tuple(block.outputs),
        block.legend,
        block.note,
        block.place,
        block.text,
    )


__all__ = ["Example", "ExampleError", "Row", "read_example"]

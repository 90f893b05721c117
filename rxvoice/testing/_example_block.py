"""Marbles in docstrings: finding the block."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NoReturn

_BEGINNING = "Marbles ("
_TIME = r"(\d+(?:\.\d+)?) ?(ms|s)"
_HEADING = re.compile(rf"Marbles \(one column is {_TIME}\b(?:, within {_TIME}\b)?[:;,]? *(.*)\)::")
_SHORT = "Marbles (one column is 20 ms)::"


class ExampleError(ValueError):
    """The marbles of a docstring cannot be read."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it is written.

    Attributes:
        tick: Seconds that one column takes.
        within: Seconds by which each time may differ.
        note: What else the heading says.
        place: File and line of the heading.
        lines: The lines below the heading, without their common indentation.
    """

    tick: float
    within: float
    note: str
    place: str
    lines: list[str]


def has_block(operator: Callable[..., Any]) -> bool:
    """Tell whether there is a block in an operator's docstring, be it readable or not."""
    return bool(_headings(_doc(operator)))


def find_block(operator: Callable[..., Any]) -> Block:
    """Find the block in an operator's docstring.

    Raises:
        ExampleError: When there is none, there are two, or the heading cannot be read.
    """
    doc = _doc(operator)
    found = _headings(doc)
    if not found:
        fail(operator, f"its docstring has no marbles: no line begins like {_SHORT!r}")
    if len(found) > 1:
        fail(operator, "its docstring has two blocks of marbles; one is run")
    line = doc[found[0]]
    heading = _HEADING.fullmatch(line.strip())
    if heading is None:
        fail(operator, f"the heading should look like {_SHORT!r}", line)
    tick = _seconds(heading[1], heading[2])
    if tick <= 0.0:
        fail(operator, "a column must take some time", line)
    within = _seconds(heading[3] or "0", heading[4])
    lines = _indented(doc, found[0])
    return Block(tick, within, heading[5].strip(), _place(operator, line), lines)


def fail(operator: Callable[..., Any], problem: str, line: str | None = None) -> NoReturn:
    """Tell what is wrong with an operator's docstring, and where.

    Args:
        operator: The operator.
        problem: What is wrong.
        line: The line that is wrong.

    Raises:
        ExampleError: Always.
    """
    where = f"{operator.__name__} ({_place(operator, line)})"
    raise ExampleError(f"{where}: {problem}" + (f"\n  {line.strip()}" if line else ""))


def _doc(operator: Callable[..., Any]) -> list[str]:
    return (inspect.getdoc(operator) or "").splitlines()


def _headings(doc: list[str]) -> list[int]:
    return [at for at, line in enumerate(doc) if line.lstrip().startswith(_BEGINNING)]


def _indented(doc: list[str], heading: int) -> list[str]:
    depth = len(doc[heading]) - len(doc[heading].lstrip())
    lines: list[str] = []
    for line in doc[heading + 1 :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        lines.append(line)
    return inspect.cleandoc("\n".join(lines)).splitlines()


def _seconds(number: str, unit: str | None) -> float:
    return float(number) / (1_000 if unit == "ms" else 1)


def _place(operator: Callable[..., Any], line: str | None) -> str:
    """Return file and line of a line of a docstring, as far as they are known."""
    try:
        source, first = inspect.getsourcelines(operator)
        path = inspect.getsourcefile(operator) or ""
    except (OSError, TypeError):
        return operator.__module__
    wanted = line.strip() if line else None
    offset = next((at for at, text in enumerate(source) if text.strip() == wanted), 0)
    return f"{PurePath(path).name}:{first + offset}"


__all__ = ["Block", "ExampleError", "fail", "find_block", "has_block"]

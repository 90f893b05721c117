"""Marbles in docstrings: reading rows, call and legend."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from ._example_block import Block, fail
from ._notation import DiagramError, Mark, parse
from ._windows import parse_window

_ROW = re.compile(r"([A-Za-z_]\w*)\s+(\S.*)")
_CALL = re.compile(r"[A-Za-z_][\w.]*\(")
_ENTRY = re.compile(r"(?:^|(?<=\s\s))(\S): +", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One stream of a block.

    Attributes:
        name: Its name.
        diagram: What it does.
        windows: When it is subscribed: the rows of ``^`` and ``!`` below it.
        line: Line of the block, counted from 1.
    """

    name: str
    diagram: str
    windows: tuple[str, ...] = ()
    line: int = 0

    def marks(self, tick: float) -> list[Mark]:
        """Return its values, without times.

        Args:
            tick: Seconds that one column takes.
        """
        return [mark for _, mark in parse(self.diagram, tick=tick).marks if mark.kind == "value"]


@dataclass(slots=True)
class Reading:
    """What a block says; the attributes are those of `Example`."""

    call: str = ""
    source: Row | None = None
    parts: list[Row] = field(default_factory=list[Row])
    outputs: list[Row] = field(default_factory=list[Row])
    legend: dict[str, str] = field(default_factory=dict[str, str])


def read_block(operator: Callable[..., Any], block: Block) -> Reading:
    """Read the rows, the call and the legend of a block.

    Raises:
        ExampleError: When they cannot be read.
    """
    return _Reader(operator, block).read()


class _Reader:
    def __init__(self, operator: Callable[..., Any], block: Block) -> None:
        self.operator = operator
        self.tick = block.tick
        self.lines = block.lines
        self.found = Reading()
        self.rows: list[Row] = []
        self.called_at = 0

    def read(self) -> Reading:
        self._legend(self.lines, self._rows_and_call(self.lines))
        self._sort_out()
        return self.found

    def _rows_and_call(self, body: list[str]) -> int:
        """Read rows and call; return where the legend begins."""
        at = 0
        while at < len(body):
            line = body[at].rstrip()
            text = line.strip()
            row = _ROW.fullmatch(text)
            if _ENTRY.match(text):
                return at
            if _CALL.match(text):
                at = self._call(body, at)
                continue
            if row:
                self._row(Row(row[1], row[2], (), at + 1), line)
            elif "^" in text:
                self._window(text, line)
            elif text:
                self._fail("this is neither a row, nor the call, nor the legend", line)
            at += 1
        return at

    def _call(self, body: list[str], at: int) -> int:
        """Read the call, which ends where its brackets do; return the line after it."""
        if self.found.call:
            self._fail("a second call; one is run", body[at])
        text = ""
        for after in range(at, len(body)):
            text += body[after].strip() if not text else f" {body[after].strip()}"
            try:
                ast.parse(text, mode="eval")
            except SyntaxError:
                continue
            self.found.call = text
            self.called_at = at + 1
            if self.operator.__name__ not in _names(text):
                self._fail(f"the call does not use {self.operator.__name__}", body[at])
            return after + 1
        self._fail("the call is no Python expression", body[at])

    def _row(self, row: Row, line: str) -> None:
        try:
            parse(row.diagram, tick=self.tick)
        except DiagramError as error:
            self._fail(f"the row {row.name!r} cannot be read: {error}", line)
        self.rows.append(row)

    def _window(self, text: str, line: str) -> None:
        if not self.rows or (self.found.call and self.rows[-1].line < self.called_at):
            self._fail("a row of ^ and ! stands below the row whose subscription it shows", line)
        try:
            parse_window(text, self.tick)
        except ValueError as error:
            self._fail(str(error), line)
        last = self.rows[-1]
        self.rows[-1] = replace(last, windows=(*last.windows, text))

    def _legend(self, body: list[str], at: int) -> None:
        text = "\n".join(line.strip() for line in body[at:] if line.strip())
        entries = list(_ENTRY.finditer(text))
        for index, entry in enumerate(entries):
            letter = entry[1]
            end = entries[index + 1].start() if index + 1 < len(entries) else len(text)
            expression = text[entry.end() : end].strip().replace("\n", " ")
            if letter in self.found.legend:
                self._fail(f"the legend explains {letter!r} twice", entry[0].strip())
            try:
                ast.parse(expression, mode="eval")
            except SyntaxError:
                self._fail(f"the legend's {letter!r} is no Python expression: {expression}")
            self.found.legend[letter] = expression
        shown = {mark.key for row in self.rows for mark in row.marks(self.tick)}
        if spare := [letter for letter in self.found.legend if letter not in {*shown, "#"}]:
            self._fail(f"the legend explains {spare[0]!r}, which is in no row")

    def _sort_out(self) -> None:
        """Tell apart what the operator is applied to, what the call names, and what comes out."""
        found = self.found
        if not found.call:
            self._fail("its marbles have no call, such as `vad_gate(vad)`")
        before = [row for row in self.rows if row.line < self.called_at]
        found.outputs = [row for row in self.rows if row.line > self.called_at]
        used = _names(found.call)
        found.parts = [row for row in before if row.name in used]
        sources = [row for row in before if row.name not in used]
        if len(sources) > 1:
            names = " and ".join(f"{row.name!r}" for row in sources)
            self._fail(f"the call names neither {names}; one row can be what it is applied to")
        found.source = sources[0] if sources else None
        if not found.outputs:
            self._fail("its marbles have no row below the call: what comes out?")

    def _fail(self, problem: str, line: str | None = None) -> NoReturn:
        fail(self.operator, problem, line)


def _names(expression: str) -> set[str]:
    """Return the names that an expression uses."""
    tree = ast.parse(expression, mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


__all__ = ["Reading", "Row", "read_block"]

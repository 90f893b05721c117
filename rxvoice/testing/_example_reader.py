"""Marbles in docstrings: reading the block."""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, NoReturn

from ._notation import DiagramError, Mark, parse
from ._windows import parse_window

_BEGINNING = "Marbles ("
_TIME = r"(\d+(?:\.\d+)?) ?(ms|s)"
_HEADING = re.compile(rf"Marbles \(one column is {_TIME}\b(?:, within {_TIME}\b)?[:;,]? *(.*)\)::")
_ROW = re.compile(r"([A-Za-z_]\w*)\s+(\S.*)")
_CALL = re.compile(r"[A-Za-z_][\w.]*\(")
_ENTRY = re.compile(r"(?:^|(?<=\s\s))(\S): +", re.MULTILINE)
_SHORT = "Marbles (one column is 20 ms)::"


class ExampleError(ValueError):
    """The marbles of a docstring cannot be read."""


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
    line: int = field(default=0, compare=False)

    def marks(self, tick: float) -> list[Mark]:
        """Return its values, without times.

        Args:
            tick: Seconds that one column takes.
        """
        return [mark for _, mark in parse(self.diagram, tick=tick).marks if mark.kind == "value"]


@dataclass(slots=True)
class Block:
    """What a block says, as text; the attributes are those of `Example`."""

    place: str = ""
    tick: float = 0.0
    within: float = 0.0
    note: str = ""
    text: str = ""
    call: str = ""
    source: Row | None = None
    parts: list[Row] = field(default_factory=list[Row])
    outputs: list[Row] = field(default_factory=list[Row])
    legend: dict[str, str] = field(default_factory=dict[str, str])


def has_block(operator: Callable[..., Any]) -> bool:
    """Tell whether there is a block in an operator's docstring, be it readable or not."""
    lines = (inspect.getdoc(operator) or "").splitlines()
    return any(line.lstrip().startswith(_BEGINNING) for line in lines)


def read_block(operator: Callable[..., Any]) -> Block:
    """Read the block of an operator's docstring.

    Raises:
        ExampleError: When there is none, or it cannot be read.
    """
    return _Reader(operator).read()


class _Reader:
    def __init__(self, operator: Callable[..., Any]) -> None:
        self.doc = (inspect.getdoc(operator) or "").splitlines()
        self.operator = operator
        self.block = Block()
        self.rows: list[Row] = []
        self.called_at = 0

    def read(self) -> Block:
        body = self._heading()
        block = self.block
        block.text = "\n".join(body)
        legend_at = self._rows_and_call(body)
        self._legend(body, legend_at)
        self._sort_out()
        return block

    def _heading(self) -> list[str]:
        """Find the block and return its lines without indentation."""
        starts = [at for at, line in enumerate(self.doc) if line.lstrip().startswith(_BEGINNING)]
        if not starts:
            self._fail(f"its docstring has no marbles: no line begins like {_SHORT!r}")
        if len(starts) > 1:
            self._fail("its docstring has two blocks of marbles; one is run")
        line = self.doc[starts[0]]
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            self._fail(f"the heading should look like {_SHORT!r}", line)
        self.block.place = _place(self.operator, line)
        self.block.tick = _seconds(heading[1], heading[2])
        self.block.within = _seconds(heading[3] or "0", heading[4])
        self.block.note = heading[5].strip()
        if self.block.tick <= 0.0:
            self._fail("a column must take some time", line)
        depth = len(line) - len(line.lstrip())
        body: list[str] = []
        for line in self.doc[starts[0] + 1 :]:
            if line.strip() and len(line) - len(line.lstrip()) <= depth:
                break
            body.append(line)
        return inspect.cleandoc("\n".join(body)).splitlines()

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
        if self.block.call:
            self._fail("a second call; one is run", body[at])
        text = ""
        for after in range(at, len(body)):
            text += body[after].strip() if not text else f" {body[after].strip()}"
            try:
                ast.parse(text, mode="eval")
            except SyntaxError:
                continue
            self.block.call = text
            self.called_at = at + 1
            if self.operator.__name__ not in _names(text):
                self._fail(f"the call does not use {self.operator.__name__}", body[at])
            return after + 1
        self._fail("the call is no Python expression", body[at])

    def _row(self, row: Row, line: str) -> None:
        try:
            parse(row.diagram, tick=self.block.tick)
        except DiagramError as error:
            self._fail(f"the row {row.name!r} cannot be read: {error}", line)
        self.rows.append(row)

    def _window(self, text: str, line: str) -> None:
        if not self.rows or (self.block.call and self.rows[-1].line < self.called_at):
            self._fail("a row of ^ and ! stands below the row whose subscription it shows", line)
        try:
            parse_window(text, self.block.tick)
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
            if letter in self.block.legend:
                self._fail(f"the legend explains {letter!r} twice", entry[0].strip())
            try:
                ast.parse(expression, mode="eval")
            except SyntaxError:
                self._fail(f"the legend's {letter!r} is no Python expression: {expression}")
            self.block.legend[letter] = expression
        shown = {mark.key for row in self.rows for mark in row.marks(self.block.tick)}
        if spare := [letter for letter in self.block.legend if letter not in {*shown, "#"}]:
            self._fail(f"the legend explains {spare[0]!r}, which is in no row")

    def _sort_out(self) -> None:
        """Tell apart what the operator is applied to, what the call names, and what comes out."""
        block = self.block
        if not block.call:
            self._fail("its marbles have no call, such as `vad_gate(vad)`")
        before = [row for row in self.rows if row.line < self.called_at]
        block.outputs = [row for row in self.rows if row.line > self.called_at]
        used = _names(block.call)
        block.parts = [row for row in before if row.name in used]
        sources = [row for row in before if row.name not in used]
        if len(sources) > 1:
            names = " and ".join(f"{row.name!r}" for row in sources)
            self._fail(f"the call names neither {names}; one row can be what it is applied to")
        block.source = sources[0] if sources else None
        if not block.outputs:
            self._fail("its marbles have no row below the call: what comes out?")

    def _fail(self, problem: str, line: str | None = None) -> NoReturn:
        operator = self.operator
        where = f"{operator.__name__} ({_place(operator, line)})"
        raise ExampleError(f"{where}: {problem}" + (f"\n  {line.strip()}" if line else ""))


def _seconds(number: str, unit: str | None) -> float:
    return float(number) / (1_000 if unit == "ms" else 1)


def _names(expression: str) -> set[str]:
    """Return the names that an expression uses."""
    tree = ast.parse(expression, mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


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


__all__ = ["Block", "ExampleError", "Row", "has_block", "read_block"]

"""Marble diagrams: from text to events.

Inside this package the time of a diagram is a whole number of microseconds, so that it can be
compared exactly.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["source", "hot", "subscription"]

END = "|"
ERROR = "#"
SUBSCRIBE = "^"
UNSUBSCRIBE = "!"
SPECIAL = frozenset("-|#^!()'*")

_PAUSE = re.compile(r"(?<!\S)(\d+(?:\.\d+)?)(ms|s)(?!\S)")
_REPEAT = re.compile(r"\*(\d+)")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ALLOWED: dict[Role, str] = {"source": "|#", "hot": "|#^", "subscription": "^!"}
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing in a diagram.

    Attributes:
        kind: A value, or one of the signs.
        key: The value's letter or text.
        quoted: Whether it is text, which stands for itself.
    """

    kind: Literal["value", "|", "#", "^", "!"]
    key: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """What a diagram says.

    Attributes:
        marks: Time and mark, in order; microseconds.
        start: Time of its first column: 0, or less in a hot diagram that shows its past.
        end: Time after its last column.
        tick: Length of a column.
    """

    marks: tuple[tuple[int, Mark], ...]
    start: int
    end: int
    tick: int


class DiagramError(ValueError):
    """A diagram that cannot be read."""

    def __init__(self, text: str, column: int, problem: str) -> None:
        super().__init__(f"column {column + 1}: {problem}\n  {text}\n  {' ' * column}^")


def microseconds(seconds: float) -> int:
    """Return a time as a whole number of microseconds."""
    return round(seconds * 1_000_000)


def parse(text: str, *, tick: float = 0.02, role: Role = "source") -> Diagram:
    """Read a diagram.

    Args:
        text: The diagram.
        tick: Seconds that one token takes.
        role: ``"source"`` for values, ``"hot"`` for values around a ``^`` that marks time 0,
            ``"subscription"`` for ``^`` and ``!``.

    Raises:
        DiagramError: With the diagram and the column.
    """
    return _Reader(text, microseconds(tick), role).read()


class _Reader:
    def __init__(self, text: str, tick: int, role: Role) -> None:
        if tick <= 0:
            raise ValueError(f"tick must be at least a microsecond, got {tick / 1e6}")
        self.text = text
        self.tick = tick
        self.role: Role = role
        self.at = 0
        self.now = 0
        self.marks: list[tuple[int, Mark]] = []

    def read(self) -> Diagram:
        text = self.text
        while self.at < len(text):
            pause = _PAUSE.match(text, self.at)
            if text[self.at].isspace():
                self.at += 1
            elif pause:
                self._pause(pause)
            else:
                self._token()
        return self._shifted(Diagram(tuple(self.marks), 0, self.now, self.tick))

    def _pause(self, pause: "re.Match[str]") -> None:
        length = float(pause[1]) * (1_000 if pause[2] == "ms" else 1_000_000)
        if abs(length - round(length)) > 1e-3:
            raise self._error("a pause is a whole number of microseconds", self.at)
        self.now += round(length)
        self.at = pause.end()

    def _token(self) -> None:
        start = self.at
        marks = self._group() if self.text[start] == "(" else self._single()
        repeat = _REPEAT.match(self.text, self.at)
        times = 1
        if repeat:
            times = int(repeat[1])
            if not 0 < times <= _LONGEST:
                raise self._error(f"repeat 1 to {_LONGEST} times", self.at)
            if any(mark.kind != "value" for mark in marks):
                raise self._error("only values and - can be repeated", self.at)
            self.at = repeat.end()
        for _ in range(times):
            for mark in marks:
                self._check(mark, start)
                self.marks.append((self.now, mark))
            self.now += self.tick

    def _group(self) -> list[Mark]:
        opened = self.at
        self.at += 1
        marks: list[Mark] = []
        while True:
            if self.at >= len(self.text):
                raise self._error("this ( is never closed", opened)
            sign = self.text[self.at]
            if sign == ")":
                self.at += 1
                return marks
            if sign.isspace():
                self.at += 1
            elif sign in "(*":
                raise self._error(f"{sign} cannot stand inside of ( )", self.at)
            else:
                marks += self._single()

    def _single(self) -> list[Mark]:
        start = self.at
        sign = self.text[start]
        self.at += 1
        if sign == "-":
            return []
        if sign == "'":
            quoted = _QUOTED.match(self.text, start)
            if not quoted:
                raise self._error("this ' is never closed", start)
            self.at = quoted.end()
            return [self._value(_ESCAPE.sub(r"\1", quoted[1]), start, quoted=True)]
        if sign in ")*":
            raise self._error(f"{sign} without anything before it", start)
        if sign in "|#^!":
            if sign not in _ALLOWED[self.role]:
                raise self._error(f"{sign} has no meaning in a {self.role} diagram", start)
            return [Mark(sign)]  # pyright: ignore[reportArgumentType]
        return [self._value(sign, start)]

    def _value(self, key: str, column: int, *, quoted: bool = False) -> Mark:
        if self.role == "subscription":
            raise self._error(f"{key!r} has no meaning in a subscription diagram", column)
        return Mark("value", key, quoted)

    def _check(self, mark: Mark, column: int) -> None:
        """Refuse what contradicts the marks before."""
        kinds = [m.kind for _, m in self.marks[-1:]] if self.role != "subscription" else []
        if any(kind in (END, ERROR) for kind in kinds):
            raise self._error("nothing can happen after the end of the stream", column)
        if mark.kind in (SUBSCRIBE, UNSUBSCRIBE):
            if any(m.kind == mark.kind for _, m in self.marks):
                raise self._error(f"a second {mark.kind}", column)
            if mark.kind == UNSUBSCRIBE and not any(m.kind == SUBSCRIBE for _, m in self.marks):
                raise self._error("! stands before ^", column)

    def _shifted(self, diagram: Diagram) -> Diagram:
        if self.role != "hot":
            return diagram
        zero = next((at for at, mark in diagram.marks if mark.kind == SUBSCRIBE), 0)
        marks = tuple((at - zero, mark) for at, mark in diagram.marks)
        return replace(diagram, marks=marks, start=-zero, end=diagram.end - zero)

    def _error(self, problem: str, column: int) -> DiagramError:
        return DiagramError(self.text, column, problem)


__all__ = ["Diagram", "DiagramError", "Mark", "microseconds", "parse"]

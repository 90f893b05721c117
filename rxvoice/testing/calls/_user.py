"""A user's side as a diagram."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any, TypeAlias

from rxvoice.clock import LoopScheduler
from rxvoice.items import Event
from rxvoice.testing._notation import Mark, parse
from rxvoice.testing._notifications import MarbleError
from rxvoice.testing.calls._line import INTERIM, Line

_KEYS = "0123456789"

Values: TypeAlias = Mapping[str, Event | Exception]


class Script:
    """What a user does, and when, from a diagram.

    Args:
        diagram: As for `conversation`.
        tick: Seconds a column.
        values: What further letters mean.

    Attributes:
        end: Time after its last column, in seconds.
        hangs_up: Whether the user hangs up at a time of their own.

    Raises:
        ValueError: When the diagram cannot be read, or makes no sense.
        TypeError: When a letter means neither an item nor an exception.
    """

    def __init__(self, diagram: str, tick: float, values: Values) -> None:
        for key, value in values.items():
            if not (isinstance(value, Exception) or is_dataclass(value)):
                raise TypeError(f"values must hold items and exceptions, got {value!r} for {key!r}")
        parsed = parse(diagram, tick=tick)
        self.marks: tuple[tuple[int, Mark], ...] = parsed.marks
        self.end: float = parsed.end / 1e6
        self.hangs_up: bool = any(mark.kind in "|#" for _, mark in parsed.marks)
        self._values = values
        self._check(diagram)

    def start(self, line: Line, clock: LoopScheduler) -> None:
        """Let it happen from now on."""
        start = clock.now_seconds
        line.plan_together(
            [(start + at / 1e6, self._action(line, mark)) for at, mark in self.marks]
        )

    def _check(self, diagram: str) -> None:
        speaking = False
        for at, mark in self.marks:
            where = f"at {at / 1e6:g} s of the user's diagram {diagram!r}"
            if mark.kind != "value" or mark.quoted or mark.key in self._values:
                continue
            if mark.key in "[]":
                if speaking == (mark.key == "["):
                    raise ValueError(
                        f"{mark.key} {where}: the user is {'' if speaking else 'not '}"
                        "speaking there"
                    )
                speaking = not speaking
            elif mark.key not in _KEYS:
                raise ValueError(
                    f"{mark.key!r} {where} has no meaning; there are [ ] 'final' 'interim…' "
                    "and the keys 0 to 9, and what values say"
                )

    def _action(self, line: Line, mark: Mark) -> Callable[[], None]:
        if mark.kind == "|":
            return line.hang_up
        if mark.kind == "#":
            error: Any = self._values.get("#", MarbleError("the line broke"))
            return lambda: line.hang_up(error)
        if mark.quoted:
            text = mark.key.removesuffix(INTERIM).strip()
            return lambda: line.hear(text, is_final=not mark.key.endswith(INTERIM))
        value = self._values.get(mark.key)
        if isinstance(value, Exception):
            return lambda: line.deafen(value)
        if value is not None:
            return lambda: line.do(value)
        if mark.key == "[":
            return line.speak
        return line.pause if mark.key == "]" else lambda: line.press(mark.key)

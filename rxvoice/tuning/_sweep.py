"""Reading sweeps: ``silence(min_delay=0.2..1.4/0.2)``."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from rxvoice.tuning._policy import Policy, Strategy
from rxvoice.tuning._strategies import STRATEGIES

MOST = 500
"""Policies that one sweep may make."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A strategy's name and the values that its settings take.

    Attributes:
        strategy: The name.
        values: By setting.
    """

    strategy: str
    values: Mapping[str, tuple[Any, ...]]

    @staticmethod
    def parse(text: str) -> "Sweep":
        """Read a sweep: ``NAME`` or ``NAME(setting=values, …)``.

        Values are numbers, ``true``, ``false`` or words, separated by commas, and ranges
        ``first..last/step``.

        Raises:
            ValueError: When it cannot be read; shows the part.
        """
        name, bracket, inside = text.strip().partition("(")
        if bracket and not inside.endswith(")"):
            raise ValueError(f"{text!r} must end with ')'")
        if not name.strip():
            raise ValueError(f"a sweep must be like silence(min_delay=0.2..1.4/0.2), got {text!r}")
        values: dict[str, list[Any]] = {}
        setting = ""
        for piece in inside.removesuffix(")").split(",") if inside.strip("() ") else []:
            key, equals, value = piece.partition("=")
            if equals:
                setting = key.strip()
                if not setting or setting in values:
                    problem = "twice" if setting else "without a name"
                    raise ValueError(f"{text!r} has a setting {problem}: {piece.strip()!r}")
                values[setting] = []
            if not setting:
                raise ValueError(f"{text!r} must name a setting before {piece.strip()!r}")
            values[setting] += _values(value if equals else piece, text)
        return Sweep(name.strip(), {key: tuple(found) for key, found in values.items()})

    def policies(self, functions: Mapping[str, Strategy]) -> list[Policy]:
        """Return a policy for each combination of values, line by line of the picture.

        Args:
            functions: Strategies by name.

        Raises:
            ValueError: When the name or a setting is unknown, or there are too many combinations.
        """
        strategy = functions.get(self.strategy)
        if strategy is None:
            known = ", ".join(functions)
            raise ValueError(f"there is no strategy {self.strategy!r}; there are {known}")
        count = 1
        for values in self.values.values():
            count *= len(values)
        if count > MOST:
            raise ValueError(f"{self.strategy} has {count} combinations of settings, above {MOST}")
        along = next((key for key, values in self.values.items() if len(values) > 1), None)
        others = [key for key in self.values if key != along]
        order = [*others, *([along] if along else [])]
        made: list[Policy] = []
        for chosen in itertools.product(*(self.values[key] for key in order)):
            found = dict(zip(order, chosen, strict=True))
            settings = {key: found[key] for key in self.values if not key.startswith("vad.")}
            gate = {
                key.removeprefix("vad."): found[key] for key in self.values if key not in settings
            }
            made.append(Policy(self.strategy, strategy, settings, gate, along))
        for policy in made:
            policy.check()
        return made


def sweep(text: str, /, **strategies: Strategy) -> list[Policy]:
    """Make the policies of a sweep, such as ``silence(min_delay=0.2..1.4/0.2)``.

    Args:
        text: ``NAME(setting=values, …)``. Values are separated by commas; ``first..last/step`` is a
            range that includes its last value. A setting of `vad_gate` has ``vad.`` before it.
            ``silence``, ``end_of_turn`` and what `strategies` adds are names.
        strategies: Strategies of your own by name; see `Policy`.

    Returns:
        A policy for each combination of values.

    Raises:
        ValueError: When the text cannot be read, or a name or setting is unknown.
    """
    return Sweep.parse(text).policies({**STRATEGIES, **strategies})


def _values(text: str, whole: str) -> list[Any]:
    text = text.strip()
    if not text:
        raise ValueError(f"{whole!r} lacks a value")
    if ".." not in text:
        return [_value(text)]
    bounds, slash, step = text.partition("/")
    first, _, last = bounds.partition("..")
    try:
        begin, end, by = (Decimal(part.strip()) for part in (first, last, step))
    except InvalidOperation:
        slash = ""
        begin = end = by = Decimal(0)
    if not slash or not (begin.is_finite() and end.is_finite() and by.is_finite()):
        raise ValueError(f"a range must be like 0.2..1.4/0.2, got {text!r}")
    if by <= 0 or end < begin or (end - begin) / by >= MOST:
        raise ValueError(f"the range {text!r} must go up in at most {MOST} steps")
    count = int((end - begin) / by) + 1
    return [_value(str(begin + index * by)) for index in range(count)]


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


__all__ = ["Sweep", "sweep"]

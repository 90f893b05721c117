"""`Policy`."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.contracts import EndOfTurn, StartStrategy, StopStrategy
from rxvoice.items import Event
from rxvoice.operators import aggregate_turn
from rxvoice.providers.energy import energy
from rxvoice.tuning._gating import GATE, gated

SOUND = ("model", "end_of_turn")
"""Parameters of a strategy's function that are given the judge of how a turn sounds."""
WORDS = ("end_of_text",)
"""Those that are given the judge of its words."""

EndOfText: TypeAlias = Callable[[str], Awaitable[float]]
"""Probability, 0 to 1, that a turn with this text is complete."""

Takes: TypeAlias = Callable[[Observable[Event]], Operator[Event, Event]]
"""Makes turns of what the user does; it is given what the bot does."""

Strategy: TypeAlias = Callable[..., Any]
"""Makes a stop strategy, a list of them, or a mapping with ``start``, ``stop`` or ``turns``."""


@dataclass(frozen=True, slots=True)
class Judges:
    """Who can be asked whether a turn is complete; `None` when nobody needs them."""

    sound: EndOfTurn | None = None
    words: EndOfText | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A way of finding the end of a turn, with its settings.

    Attributes:
        name: Of the strategy.
        strategy: Makes the stop strategy from the settings: one that `aggregate_turn` takes, a list
            of them, or a mapping with ``start`` and ``stop`` as for `aggregate_turn`, or with
            ``turns``: an operator that takes the place of `aggregate_turn`. A parameter of it with
            the name ``model`` or ``end_of_turn`` is given the end-of-turn model, one with the name
            ``end_of_text`` the judge of the words.
        settings: Given to the strategy by name.
        gate: Options of `vad_gate`: ``threshold``, ``min_speech``, ``min_silence``, ``min_volume``
            or ``prefix_padding``.
        along: The setting that changes along its line in the picture, ``vad.`` before an option of
            the gate.
    """

    name: str
    strategy: Strategy
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gate: Mapping[str, float] = field(default_factory=dict[str, float])
    along: str | None = None

    @property
    def all_settings(self) -> dict[str, Any]:
        """Settings and options of the gate, these with ``vad.`` before them."""
        return {**self.settings, **{f"vad.{name}": value for name, value in self.gate.items()}}

    @property
    def line(self) -> str:
        """What the policies on its line in the picture have in common."""
        common = {name: value for name, value in self.all_settings.items() if name != self.along}
        return _written(self.name, common)

    def asks(self, names: Sequence[str]) -> bool:
        """Whether it wants a judge that is given by one of these names."""
        return any(name in names for name in _parameters(self.strategy))

    def whole_gate(self) -> dict[str, float]:
        """All options of the gate, also those that are not set."""
        return {**GATE, **self.gate}

    def check(self) -> None:
        """Refuse settings that the strategy or the gate does not take.

        Raises:
            ValueError: Names the setting.
        """
        unknown = [name for name in self.gate if name not in GATE]
        accepted = known_settings(self.strategy)
        if accepted is not None:
            unknown += [name for name in self.settings if name not in accepted]
        if unknown:
            has = [*(accepted or ()), *(f"vad.{name}" for name in GATE)]
            raise ValueError(f"{self.name} has no setting {unknown[0]!r}; it has {', '.join(has)}")
        for name, value in self.gate.items():
            if isinstance(value, bool) or not isinstance(cast(object, value), int | float):
                raise ValueError(f"{self}: vad.{name} must be a number, got {value!r}")
        try:
            gated(energy(), self.whole_gate())
        except ValueError as error:
            raise ValueError(f"{self}: vad.{error}") from None

    def takes(self, judges: Judges) -> Takes:
        """Make the strategy, and of it the function that makes the turns.

        Args:
            judges: Who can be asked.

        Raises:
            Exception: What the strategy's function raises, such as ValueError for a setting.
            TypeError: When it makes something else than a strategy.
        """
        parts: dict[str, Any] = dict(self.settings)
        first: list[Any] = []
        for name, parameter in _parameters(self.strategy).items():
            if name not in (*SOUND, *WORDS):
                continue
            judge = judges.sound if name in SOUND else judges.words
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                first.append(judge)
            else:
                parts[name] = judge
        return _taking(self.strategy(*first, **parts), self.name)

    def __str__(self) -> str:
        return _written(self.name, self.all_settings)


def known_settings(strategy: Strategy) -> list[str] | None:
    """Return the names of what can be set, or `None` when anything can."""
    names: list[str] = []
    for name, parameter in _parameters(strategy).items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return None
        named = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD
        if parameter.kind in named and name not in (*SOUND, *WORDS):
            names.append(name)
    return names


def _parameters(strategy: Strategy) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(strategy).parameters


def _written(name: str, settings: Mapping[str, Any]) -> str:
    if not settings:
        return name
    return f"{name}({', '.join(f'{key}={_value(value)}' for key, value in settings.items())})"


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _taking(made: Any, name: str) -> Takes:
    parts = cast("dict[str, Any]", made) if isinstance(made, Mapping) else {"stop": made}
    unknown = [key for key in parts if key not in ("start", "stop", "turns")]
    if unknown or not parts or ("turns" in parts and len(parts) > 1):
        raise TypeError(f"{name} must give start and stop, or turns alone, got {list(parts)}")
    for part in parts.values():
        several = cast("Sequence[Any]", part) if isinstance(part, list | tuple) else [part]
        if not several or not all(map(callable, several)):
            raise TypeError(f"{name} must make a stop strategy, got {part!r}")
    if "turns" in parts:
        turns: Operator[Event, Event] = parts["turns"]
        return lambda _: turns
    start: StartStrategy | None = parts.get("start")
    stop: StopStrategy | None = parts.get("stop")
    return lambda feedback: aggregate_turn(start=start, stop=stop, feedback=feedback)


__all__ = ["SOUND", "WORDS", "EndOfText", "Judges", "Policy", "Strategy", "Takes"]

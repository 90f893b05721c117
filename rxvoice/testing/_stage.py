"""Sources from diagrams."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias, TypeVar, overload

from ._bench import Bench
from ._generators import MarbleGenerator
from ._loop import VirtualLoop
from ._notation import Role, microseconds, parse
from ._sources import ColdStream, HotStream, Script

T = TypeVar("T")
Values: TypeAlias = Mapping[str, Any] | None
Failure: TypeAlias = Exception | None


class Stage(Bench):
    """A bench with sources.

    Attributes:
        tick: Seconds that one token of a diagram takes.
    """

    def __init__(self, tick: float, loop: VirtualLoop, *, check_leaks: bool) -> None:
        super().__init__(loop, check_leaks=check_leaks)
        self.tick = tick

    @overload
    def hot(self, diagram: str, values: None = None, error: Failure = None) -> HotStream[str]: ...
    @overload
    def hot(self, diagram: str, values: Mapping[str, T], error: Failure = None) -> HotStream[T]: ...
    def hot(self, diagram: str, values: Values = None, error: Failure = None) -> HotStream[Any]:
        """Make a stream that goes on whether or not somebody listens.

        Args:
            diagram: What it does. ``^`` marks time 0; what stands before it is past.
            values: What its letters mean; a letter that is not in it means itself.
            error: What ``#`` means; a `MarbleError` unless given.
        """
        stream = HotStream[Any](self._script(diagram, values, error, "hot"))
        self._sources.append(stream)
        self._timers += self.loop.call_together(stream.calls())
        return stream

    @overload
    def cold(self, diagram: str, values: None = None, error: Failure = None) -> ColdStream[str]: ...
    @overload
    def cold(
        self, diagram: str, values: Mapping[str, T], error: Failure = None
    ) -> ColdStream[T]: ...
    def cold(self, diagram: str, values: Values = None, error: Failure = None) -> ColdStream[Any]:
        """Make a stream that starts anew for every subscriber; arguments as for `hot`."""
        stream = ColdStream[Any](self._script(diagram, values, error, "source"))
        self._sources.append(stream)
        return stream

    @overload
    def agen(
        self, diagram: str, values: None = None, error: Failure = None, cleanup: float = 0.0
    ) -> MarbleGenerator[str]: ...
    @overload
    def agen(
        self, diagram: str, values: Mapping[str, T], error: Failure = None, cleanup: float = 0.0
    ) -> MarbleGenerator[T]: ...
    def agen(
        self, diagram: str, values: Values = None, error: Failure = None, cleanup: float = 0.0
    ) -> MarbleGenerator[Any]:
        """Make a function without arguments whose every call gives an async generator.

        Args:
            diagram: What each generator yields, counted from its first step. Without ``|`` or
                ``#`` it waits for ever after its last value.
            values: What its letters mean; a letter that is not in it means itself.
            error: What ``#`` raises; a `MarbleError` unless given.
            cleanup: Virtual seconds that its clean-up takes.
        """
        if cleanup < 0.0:
            raise ValueError(f"cleanup must not be negative, got {cleanup}")
        made = MarbleGenerator[Any](self._script(diagram, values, error, "source"), cleanup)
        self._sources.append(made)
        return made

    def at(self, when: float, action: Callable[[], object]) -> None:
        """Call a function at a given time.

        Args:
            when: Seconds (``float``), or a number of tokens (``int``).
            action: Called without arguments; a coroutine that it returns is run in a task.
        """
        time = when * microseconds(self.tick) if isinstance(when, int) else microseconds(when)
        if time < 0:
            raise ValueError(f"when must not be negative, got {when}")
        self._actions.append(action)
        self._timers += self.loop.call_together([(time / 1e6, partial(self._act, action))])

    def _script(self, diagram: str, values: Values, error: Failure, role: Role) -> Script:
        parsed = parse(diagram, tick=self.tick, role=role)
        return Script(self.loop, diagram, parsed, dict(values or {}), error)


__all__ = ["Stage"]

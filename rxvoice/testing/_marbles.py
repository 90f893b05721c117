"""The test bench: a virtual loop, sources from diagrams, expectations."""

import sys
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar, overload

from ._bench import Bench
from ._expectation import Expectation
from ._generators import MarbleGenerator
from ._notation import Role, microseconds, parse
from ._notifications import Notification
from ._recording import Recordable, Recording
from ._sources import ColdStream, HotStream, MarbleStream, Script
from ._windows import explain_windows, parse_window

T = TypeVar("T")
Values: TypeAlias = Mapping[str, Any] | None
Failure: TypeAlias = Exception | None


class Marbles(Bench):
    """A test bench in virtual time; see `marbles`.

    Attributes:
        loop: The virtual loop.
        scheduler: The scheduler with which the kit subscribes.
        tick: Seconds that one token of a diagram takes.
    """

    def __init__(
        self, tick: float = 0.02, *, check_leaks: bool = True, real_io: bool = False
    ) -> None:
        if microseconds(tick) <= 0:
            raise ValueError(f"tick must be at least a microsecond, got {tick}")
        super().__init__(check_leaks=check_leaks, real_io=real_io)
        self.tick = tick

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.check()
        finally:
            self.close()

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
        self._actions += stream.actions()
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

    def expect(self, stream: Recordable, subscription: str = "^") -> Expectation:
        """Subscribe to a stream and say, with ``to_be``, what it has to do.

        Args:
            stream: A stream, or a function without arguments, called on the running loop, that
                makes a stream or an async generator.
            subscription: When to subscribe (``^``) and to unsubscribe (``!``).
        """
        recording = self._record(stream, subscription)
        expectation = Expectation(recording, self.tick, f"{_caller()}: the stream")
        self._checks.append(expectation.check)
        return expectation

    def record(
        self, stream: Recordable, subscription: str = "^"
    ) -> list[tuple[float, Notification]]:
        """Subscribe to a stream and return the list into which its log is written.

        Args:
            stream: As for `expect`.
            subscription: When to subscribe and to unsubscribe.

        Returns:
            Time in seconds and notification, in order; complete after `run`.
        """
        return self._record(stream, subscription).log

    def expect_subscriptions(
        self,
        source: "MarbleStream[Any] | MarbleGenerator[Any]",
        *diagrams: str,
        within: float = 0.0,
    ) -> None:
        """Say when a source has to be in use.

        Args:
            source: What `hot`, `cold` or `agen` made. A generator is in use from its first step
                until it ends or is told to end; its clean-up does not count.
            diagrams: One for each subscription, in order; none when it must not be used. Without
                ``!`` it must be in use to the end of the test.
            within: Seconds by which each time may differ.
        """
        wanted = [parse_window(diagram, self.tick) for diagram in diagrams]
        tolerance = microseconds(within)
        name = f"{_caller()}: {source!r}"
        self._checks.append(
            lambda: explain_windows(name, wanted, self._windows[id(source)], self.tick, tolerance)
        )

    def at(self, when: float, action: Callable[[], object]) -> None:
        """Call a function at a given time.

        Args:
            when: Seconds (``float``), or a number of tokens (``int``).
            action: Called without arguments; a coroutine that it returns is run in a task.
        """
        time = when * microseconds(self.tick) if isinstance(when, int) else microseconds(when)
        if time < 0:
            raise ValueError(f"when must not be negative, got {when}")
        self._actions.append((time, lambda: self._act(action)))

    def _script(self, diagram: str, values: Values, error: Failure, role: Role) -> Script:
        parsed = parse(diagram, tick=self.tick, role=role)
        return Script(self.loop, diagram, parsed, dict(values or {}), error)

    def _record(self, stream: Recordable, subscription: str) -> Recording:
        if self._ran:
            raise RuntimeError("the test has run; say what to expect before run()")
        began, stopped = parse_window(subscription, self.tick)
        recording = Recording(stream, self.loop, self.scheduler)
        self._subscriptions.append((began, stopped, recording))
        return recording


def marbles(tick: float = 0.02, *, check_leaks: bool = True, real_io: bool = False) -> Marbles:
    """Open a test bench in virtual time, to be used in a ``with`` statement.

    Leaving the block lets time pass until nothing is left to do, unsubscribes what is still
    subscribed, and then checks every expectation, that nobody failed unheard, and that no task,
    timer or subscription is left.

    Args:
        tick: Seconds that one token of a diagram takes.
        check_leaks: Whether what is left fails the test.
        real_io: Whether sockets and other threads take part; see `VirtualLoop`.
    """
    return Marbles(tick, check_leaks=check_leaks, real_io=real_io)


def _caller() -> str:
    """The place in the test that called the public method that calls this."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    return f"{PurePath(frame.f_code.co_filename).name}:{frame.f_lineno}"


__all__ = ["Marbles", "marbles"]

"""The test bench: a virtual loop, sources from diagrams, expectations."""

from types import FrameType, TracebackType
from typing import Self

from ._bench import Source
from ._expectation import Expectation
from ._loop import VirtualLoop
from ._names import caller, name_in, place_in
from ._notation import microseconds
from ._notifications import Notification
from ._recording import Recordable, Recording
from ._stage import Stage
from ._windows import WindowCheck, parse_window


class Marbles(Stage):
    """A test bench in virtual time; see `marbles`.

    Args:
        tick: Seconds that one token of a diagram takes.
        check_leaks: Whether what is left fails the test.
        real_io: Whether sockets and other threads take part; see `VirtualLoop`.
        seed: Of the order of timers with equal deadlines; see `VirtualLoop`.
        loop: The loop to run on, with its own settings; a new one unless given.

    Attributes:
        loop: The virtual loop.
        scheduler: The scheduler with which the kit subscribes.
        tick: Seconds that one token of a diagram takes.
    """

    def __init__(
        self,
        tick: float = 0.02,
        *,
        check_leaks: bool = True,
        real_io: bool = False,
        seed: int | None = None,
        loop: VirtualLoop | None = None,
    ) -> None:
        if microseconds(tick) <= 0:
            raise ValueError(f"tick must be at least a microsecond, got {tick}")
        made = VirtualLoop(real_io=real_io, seed=seed) if loop is None else loop
        super().__init__(tick, made, check_leaks=check_leaks)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        try:
            if error is None:
                self.check()
        finally:
            self.close()

    def expect(self, stream: Recordable, subscription: str = "^") -> Expectation:
        """Subscribe once to a stream and say what it has to do.

        Say it with ``to_be``, or with ``then`` and ``within``; see `Expectation`.

        Args:
            stream: A stream, or a function without arguments, called on the running loop, that
                makes a stream or an async generator.
            subscription: When to subscribe (``^``) and to unsubscribe (``!``).
        """
        frame = caller()
        self._learn_names(frame)
        recording = self._record(stream, subscription)

        def also(other: Recordable, frame: FrameType) -> tuple[Recording, str]:
            self._learn_names(frame)
            return self._record(other, subscription), name_in(frame, other) or "the other"

        name = name_in(frame, stream) or "the stream"
        expectation = Expectation(recording, self.tick, place_in(frame), name, also)
        self._checks.append(expectation)
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

    def expect_subscriptions(self, source: Source, *diagrams: str, within: float = 0.0) -> None:
        """Say when a source has to be in use.

        Args:
            source: What `hot`, `cold` or `agen` made. A generator is in use from its first step
                until it ends or is told to end; its clean-up does not count.
            diagrams: One for each subscription, in order; none when it must not be used. Without
                ``!`` it must be in use to the end of the test.
            within: Seconds by which each time may differ.
        """
        frame = caller()
        self._learn_names(frame)
        wanted = [parse_window(diagram, self.tick) for diagram in diagrams]
        self._checks.append(
            WindowCheck(
                place_in(frame),
                name_in(frame, source),
                source,
                wanted,
                lambda: self._windows[id(source)],
                self.tick,
                microseconds(within),
            )
        )

    def _record(self, stream: Recordable, subscription: str) -> Recording:
        began, stopped = parse_window(subscription, self.tick)
        return self._arrange(stream, began, stopped)

    def _learn_names(self, frame: FrameType) -> None:
        for source in self._sources:
            if id(source) not in self._names and (name := name_in(frame, source)):
                self._names[id(source)] = name


def marbles(
    tick: float = 0.02,
    *,
    check_leaks: bool = True,
    real_io: bool = False,
    seed: int | None = None,
) -> Marbles:
    """Open a test bench in virtual time, to be used in a ``with`` statement.

    Leaving the block lets time pass until nothing is left to do, unsubscribes what is still
    subscribed, and then checks every expectation, that nobody failed unheard, and that no task,
    timer or subscription is left.

    Args:
        tick: Seconds that one token of a diagram takes.
        check_leaks: Whether what is left fails the test.
        real_io: Whether sockets and other threads take part; see `VirtualLoop`.
        seed: Of the order of timers with equal deadlines; see `VirtualLoop`.
    """
    return Marbles(tick, check_leaks=check_leaks, real_io=real_io, seed=seed)


__all__ = ["Marbles", "marbles"]

"""Feeding an operator by hand."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from reactivex import Observable
from reactivex.subject import Subject

from ._marbles import Marbles
from ._notifications import OnCompleted, OnError, OnNext

A = TypeVar("A")
B = TypeVar("B")


def feed(
    operator: Callable[[Observable[A]], Observable[B]],
    script: Iterable[A | float],
    *,
    complete: bool = True,
    settle: float = 10.0,
) -> list[tuple[float, B]]:
    """Give items to an operator, let time pass between them, and return what came out and when.

        out = feed(aggregate_turn(), [SpeechStarted(0.0), 0.5, SpeechStopped(0.5), hello, 1.0])
        assert kinds(out) == [SpeechStarted, TurnStarted, SpeechStopped, Transcript, Turn]

    It runs in virtual time, and nothing may be left when it is over.

    Args:
        operator: What is tested.
        script: Items and, as numbers, pauses in seconds.
        complete: Whether the source completes in the end.
        settle: Seconds that pass after the last item before the test unsubscribes.

    Returns:
        Seconds since the subscription, and item, in order.

    Raises:
        Exception: What the operator's stream fails with.
        AssertionError: When it leaves a task or timer behind.
        ValueError: When a pause is negative.
    """
    bench = Marbles()
    try:
        source: Subject[A] = Subject()
        log = bench.record(operator(source))
        at = 0.0
        for step in script:
            if isinstance(step, int | float):
                if step < 0.0:
                    raise ValueError(f"script must not hold a negative pause, got {step}")
                at += step
            else:
                bench.at(float(at), lambda item=step: source.on_next(item))
        if complete:
            bench.at(float(at), source.on_completed)
        bench.until(at + settle)
        bench.check()
    finally:
        bench.close()
    out: list[tuple[float, B]] = []
    for when, notification in log:
        match notification:
            case OnNext(value=value):
                out.append((when, value))
            case OnError(error=error):
                raise error
            case OnCompleted():
                pass
    return out


def kinds(items: Sequence[Any]) -> list[type[Any]]:
    """Return the types of items, or of items with their times, in order."""
    bare = [
        cast("tuple[float, Any]", item)[1] if isinstance(item, tuple) else item for item in items
    ]
    return [type(item) for item in bare]


__all__ = ["feed", "kinds"]

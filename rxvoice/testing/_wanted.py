"""What a stream has to do, read from what the author of a test wrote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ._difference import Log, in_order_of
from ._notation import Mark, microseconds, parse
from ._notifications import MarbleError, Notification, OnCompleted, OnError, OnNext


@dataclass(slots=True)
class Wanted:
    """What a stream has to do.

    Attributes:
        log: Microseconds and what happens.
        marks: How the author of a diagram wrote each entry; None without a diagram.
        values: What the author's letters mean.
        end: Microseconds at which the diagram ends.
        within: Microseconds by which times may differ.
        any_order: Whether what comes at one instant may come in any order.
    """

    log: Log
    marks: Sequence[Mark] | None = None
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    end: int = 0
    within: int = 0
    any_order: bool = False

    def seen(self, actual: Log) -> Log:
        """Return what is to be compared of a log: a stream of items may end when it wants."""
        if self.any_order:
            actual = in_order_of(self.log, actual)
        ended = bool(self.log) and not isinstance(self.log[-1][1], OnNext)
        may_end = self.marks is None and not ended
        return actual[:-1] if may_end and actual and actual[-1][1] == OnCompleted() else actual


def wanted_by(diagram: str, tick: float, values: Mapping[str, Any] | None, error: object) -> Wanted:
    """Read a diagram.

    Args:
        diagram: What happens.
        tick: Seconds a token.
        values: What its letters mean.
        error: What ``#`` means; a `MarbleError` unless given.
    """
    parsed = parse(diagram, tick=tick)
    meanings = dict(values or {})
    failure = MarbleError() if error is None else error
    log = [(at, _notification(mark, meanings, failure)) for at, mark in parsed.marks]
    return Wanted(log, [mark for _, mark in parsed.marks], meanings, parsed.end)


def wanted_items(items: Iterable[tuple[float, Any]]) -> Wanted:
    """Read times in seconds and values, or notifications."""
    return Wanted(
        [
            (
                microseconds(at),
                item if isinstance(item, OnNext | OnError | OnCompleted) else OnNext(item),
            )
            for at, item in items
        ]
    )


def _notification(mark: Mark, values: Mapping[str, Any], failure: object) -> Notification:
    if mark.kind == "|":
        return OnCompleted()
    if mark.kind == "#":
        return OnError(failure)
    return OnNext(mark.key if mark.quoted else values.get(mark.key, mark.key))


__all__ = ["Wanted", "wanted_by", "wanted_items"]

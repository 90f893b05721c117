"""What a stream is expected to do."""

from collections.abc import Iterable, Mapping
from typing import Any

from ._difference import Difference, Log, first_difference
from ._legend import Legend, shorten
from ._notation import Mark, microseconds, parse
from ._notifications import MarbleError, Notification, OnCompleted, OnError, OnNext
from ._picture import picture, table
from ._recording import Recording


class Expectation:
    """Says what a recorded stream has to do; made by `Marbles.expect`."""

    def __init__(self, recording: Recording, tick: float, name: str) -> None:
        self._recording = recording
        self._tick = tick
        self._name = name
        self._wanted: list[tuple[int, Notification]] | None = None
        self._marks: list[Mark] | None = None
        self._values: dict[str, Any] = {}
        self._end = 0
        self._within = 0

    def to_be(
        self,
        diagram: str,
        values: Mapping[str, Any] | None = None,
        error: object = None,
        within: float = 0.0,
    ) -> None:
        """Expect what a diagram says, and nothing else.

        Args:
            diagram: What happens, from time 0.
            values: What its letters mean; a letter that is not in it means itself. Values may be
                matchers such as `anything`, or functions that tell whether a value fits.
            error: What ``#`` means: an exception (type and message count), a type, or a matcher.
            within: Seconds by which each time may differ.

        Raises:
            ValueError: When the diagram cannot be read.
        """
        parsed = parse(diagram, tick=self._tick)
        self._values = dict(values or {})
        failure = MarbleError() if error is None else error
        self._set(
            [(at, _notification(mark, self._values, failure)) for at, mark in parsed.marks], within
        )
        self._marks = [mark for _, mark in parsed.marks]
        self._end = parsed.end

    def to_be_items(self, items: Iterable[tuple[float, Any]], within: float = 0.0) -> None:
        """Expect values at exact times.

        Args:
            items: Time in seconds and value, which may be a matcher. A stream may complete at any
                time unless the last value is `OnCompleted` or `OnError`.
            within: Seconds by which each time may differ.
        """
        self._set(
            [
                (
                    microseconds(at),
                    item if isinstance(item, OnNext | OnError | OnCompleted) else OnNext(item),
                )
                for at, item in items
            ],
            within,
        )

    def check(self) -> str | None:
        """Return what is wrong, or None."""
        if self._wanted is None:
            return f"{self._name} was not told what to expect; call to_be"
        actual: Log = self._recording.timed
        ended = bool(self._wanted) and not isinstance(self._wanted[-1][1], OnNext)
        if self._marks is None and not ended and actual and actual[-1][1] == OnCompleted():
            actual = actual[:-1]
        difference = first_difference(self._wanted, actual, self._within)
        return difference and self._explain(difference, self._wanted, actual)

    def _set(self, wanted: list[tuple[int, Notification]], within: float) -> None:
        if self._wanted is not None:
            raise ValueError("this expectation was already given")
        if within < 0.0:
            raise ValueError(f"within must not be negative, got {within}")
        self._wanted, self._within = wanted, microseconds(within)

    def _explain(self, difference: Difference, wanted: Log, actual: Log) -> str:
        index = difference.index
        legend = Legend(self._values, (m.key for m in self._marks or ()))
        upper = [
            (at, legend.known(self._marks[i], note) if self._marks else legend.token(note))
            for i, (at, note) in enumerate(wanted)
        ]
        lower = [
            (at, upper[i][1] if i < len(wanted) and wanted[i][1] == note else legend.token(note))
            for i, (at, note) in enumerate(actual)
        ]
        place = min(at for log in (wanted, actual) for at, _ in log[index : index + 1])
        tick = microseconds(self._tick)
        lines = [f"{self._name} is not what it should be ({difference.reason})"]
        lines += picture(upper, lower, tick, place, self._end)
        lines += ["", *_both(index, wanted, actual), "", *table(upper, lower, place)]
        lines += ["", f"one column is {self._tick:g} s", *legend.lines()]
        return "\n".join(lines)


def _both(index: int, wanted: Log, actual: Log) -> list[str]:
    def say(log: Log) -> str:
        if index >= len(log):
            return "nothing more"
        at, note = log[index]
        return f"{_meaning(note)} at {at / 1e6:g} s"

    return [f"expected {say(wanted)}", f"but got  {say(actual)}"]


def _meaning(note: Notification) -> str:
    if isinstance(note, OnNext):
        return shorten(note.value)
    return "the end" if isinstance(note, OnCompleted) else f"the error {shorten(note.error)}"


def _notification(mark: Mark, values: Mapping[str, Any], failure: object) -> Notification:
    if mark.kind == "|":
        return OnCompleted()
    if mark.kind == "#":
        return OnError(failure)
    return OnNext(mark.key if mark.quoted else values.get(mark.key, mark.key))


__all__ = ["Expectation"]

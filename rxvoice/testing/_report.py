"""What is said about a stream that is not as expected."""

from collections.abc import Sequence

from ._difference import Difference, Entry, Log
from ._explain import explain
from ._legend import Legend, shorten
from ._notation import microseconds
from ._notifications import Notification, OnCompleted, OnNext
from ._picture import ROWS, picture, shown_times, table
from ._wanted import Wanted


def place_of(difference: Difference, wanted: Wanted, actual: Log) -> int:
    """Return the time of a difference, in microseconds."""
    index = difference.index
    return min(at for log in (wanted.log, actual) for at, _ in log[index : index + 1])


def report(name: str, difference: Difference, wanted: Wanted, actual: Log, tick: float) -> str:
    """Draw what was expected over what happened, and list the times.

    Args:
        name: Where the expectation stands, and what the stream is called.
        difference: The first one.
        wanted: What should happen.
        actual: What happened.
        tick: Seconds a column.
    """
    place = place_of(difference, wanted, actual)
    column = microseconds(tick)
    times = shown_times((wanted.log, actual), column, place)
    upper, lower, legend = tokens(wanted, actual, times)
    lines = [f"{name} is not what it should be ({difference.reason})"]
    lines += picture([("expected", upper), ("actual", lower)], column, place, wanted.end)
    lines += ["", *_both(difference, wanted.log, actual), "", *table(upper, lower, place)]
    listed = shown_times((wanted.log, actual), column, place, ROWS)
    near = [token for at, token in (*upper, *lower) if at in listed]
    lines += ["", f"one column is {tick:g} s", *legend.lines(near)]
    return "\n".join(lines)


def tokens(
    wanted: Wanted, actual: Log, times: set[int]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]], Legend]:
    """Return what stands for each expected and each actual entry, and what the letters mean.

    Args:
        wanted: What should happen.
        actual: What happened.
        times: Microseconds; entries at others get no token.
    """
    legend = _legend(wanted, actual, times)
    upper = [
        (at, _upper(legend, wanted, index, note) if at in times else "")
        for index, (at, note) in enumerate(wanted.log)
    ]
    lower = [
        (
            at,
            (_copied(index, (at, note), wanted, upper) or legend.token(note))
            if at in times
            else "",
        )
        for index, (at, note) in enumerate(actual)
    ]
    return upper, lower, legend


def meaning(note: Notification) -> str:
    """Write a notification as a part of a sentence."""
    if isinstance(note, OnNext):
        return shorten(note.value)
    return "the end" if isinstance(note, OnCompleted) else f"the error {shorten(note.error)}"


def _legend(wanted: Wanted, actual: Log, times: set[int]) -> Legend:
    taken = {mark.key for mark in wanted.marks or ()}
    for at, note in (*wanted.log, *actual):
        if at in times and isinstance(note, OnNext) and isinstance(note.value, str):
            taken.add(note.value)
    return Legend(wanted.values, taken)


def _upper(legend: Legend, wanted: Wanted, index: int, note: Notification) -> str:
    return legend.known(wanted.marks[index], note) if wanted.marks else legend.token(note)


def _copied(
    index: int, entry: Entry, wanted: Wanted, upper: Sequence[tuple[int, str]]
) -> str | None:
    """Return the expected token when the entry at the same index fits."""
    if index >= len(wanted.log):
        return None
    try:
        return upper[index][1] if wanted.log[index][1] == entry[1] else None
    except Exception:  # a matcher that cannot judge what is not meant for it
        return None


def _both(difference: Difference, wanted: Log, actual: Log) -> list[str]:
    index = difference.index

    def say(log: Log) -> str:
        if index >= len(log):
            return "nothing more"
        at, note = log[index]
        return f"{meaning(note)} at {at / 1e6:g} s"

    lines = [f"expected {say(wanted)}", f"but got  {say(actual)}"]
    if difference.aligned:
        expected, got = wanted[index][1], actual[index][1]
        if isinstance(expected, OnNext) and isinstance(got, OnNext):
            lines += [f"         {line}" for line in explain(expected.value, got.value)]
    return lines


__all__ = ["meaning", "place_of", "report"]

"""What `versus` has measured, as rows of tables."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Found = Mapping[str, Any]

LATE: Final = 20.0
"""Milliseconds that 99 of 100 packets, and wake-ups of the loop, may be late at most."""

OWN: Final = "rxvoice"
BY_RXPY: Final = "RxPY by hand"
BY_HAND: Final = (BY_RXPY, "asyncio by hand")
"""Written for this one purpose, and so no peers."""

Row = tuple[str, Callable[[Found], float | None], str, float | None]
"""Name, how it is found, its unit with decimals, and rxvoice's aim."""


def carried(found: Found) -> bool:
    """Tell whether a load was carried in real time."""
    late = found["late"]
    return (
        late is not None
        and late["p99"] <= LATE
        and found["lag"]["p99"] <= LATE
        and found["answers"] >= 0.9
    )


def value_of(rows: Sequence[Row], name: str, found: Found) -> float | None:
    """Return what a row of a table tells of a stack; None when it was not measured."""
    return next(value_in(find, found) for own, find, _, _ in rows if own == name)


def value_in(find: Callable[[Found], float | None], found: Found) -> float | None:
    """Return what a column of a row shows; None when it was not measured."""
    try:
        return find(found)
    except (KeyError, TypeError, IndexError, statistics.StatisticsError):
        return None


def _of(measure: str, *path: str) -> Callable[[Found], float | None]:
    """Return the median over all rounds of one number of a measure."""

    def find(found: Found) -> float | None:
        values = _values(found, measure, path)
        return statistics.median(values) if values else None

    return find


def _at_most(measure: str, *path: str) -> Callable[[Found], float | None]:
    """Return the greatest of all rounds."""
    return lambda found: max(_values(found, measure, path), default=None)


def _values(found: Found, measure: str, path: Sequence[str]) -> list[float]:
    """Return one number of each round that has it."""
    values: list[float] = []
    for each in found[measure]:
        value: Any = each
        for name in path:
            value = value[name] if value is not None else None
        if value is not None:
            values.append(float(value))
    return values


def _carried(*path: str) -> Callable[[Found], float | None]:
    """Return a number of the greatest load that was carried."""

    def find(found: Found) -> float | None:
        good = [each for each in found["sessions"] if carried(each)]
        if not good:
            return None
        value: Any = max(good, key=lambda each: each["sessions"])
        for name in path:
            value = value[name]
        return float(value)

    return find


IMPORTS: Final[list[Row]] = [
    ("packages, with what they need", lambda found: found["about"]["count"], "", None),
    ("space on the disk", lambda found: found["about"]["size"], "MB", None),
    ("time to import", lambda found: found["about"]["import"], "s", None),
    ("memory after it", lambda found: found["about"]["memory"], "MB", None),
]

STAGES: Final[list[Row]] = [
    ("1 stage", _of("stages", "1", "median"), "µs", None),
    ("8 stages", _of("stages", "8", "median"), "µs", None),
    ("32 stages", _of("stages", "32", "median"), "µs", None),
    ("each further one", _of("stages", "each"), "µs", 0.2),
]

REPLY: Final[list[Row]] = [
    ("first audio, median", _of("reply", "delay", "median"), "ms", 1.0),
    ("first audio, p95", _of("reply", "delay", "p95"), "ms", None),
    ("first audio, most", _at_most("reply", "delay", "most"), "ms", None),
    ("processor time of a turn, median", _of("reply", "turn", "median"), "ms", 4.0),
    ("of its whole window, median", _of("reply", "window", "median"), "ms", None),
    ("of a silent window, median", _of("reply", "quiet", "median"), "ms", None),
    ("longest collection of garbage", _at_most("reply", "collection"), "ms", None),
]

INTERRUPT: Final[list[Row]] = [
    ("last old packet, median", _of("interrupt", "last", "median"), "ms", None),
    ("last old packet, most", _at_most("interrupt", "last", "most"), "ms", None),
    ("old packets of 20 ms, most", _at_most("interrupt", "stale", "most"), "", 0.0),
    ("model cancelled, median", _of("interrupt", "model", "median"), "ms", None),
    ("voice cancelled, median", _of("interrupt", "voice", "median"), "ms", 0.5),
    ("voice cancelled, p95", _of("interrupt", "voice", "p95"), "ms", None),
    ("a flood: last old packet, most", _at_most("flood", "last", "most"), "ms", None),
    ("a flood: old packets, most", _at_most("flood", "stale", "most"), "", 0.0),
    ("a flood: voice cancelled, median", _of("flood", "voice", "median"), "ms", None),
    ("a flood: voice cancelled, p95", _of("flood", "voice", "p95"), "ms", 3.0),
]

SESSIONS: Final[list[Row]] = [
    ("calls that were carried", _carried("sessions"), "", 200.0),
    ("packets late, p99", _carried("late", "p99"), "ms", None),
    ("the loop late, p99", _carried("lag", "p99"), "ms", None),
    ("processor time for 1 s of a call", _carried("processor"), "ms", None),
    ("set-up of a call", _carried("set_up"), "ms", 1.2),
    ("memory of a call that begins", _carried("memory_idle"), "MB", None),
    ("memory of a call that goes on", _carried("memory_busy"), "MB", 0.15),
    ("longest collection of garbage", _carried("collection"), "ms", None),
]

TEXTS: Final = {
    "1": "An environment with nothing but the library; the parts of the agent are the user's own.",
    "2": "Processor time a frame.",
    "3": """\
Turns in windows of 1.5 s, in real time: the user speaks for 0.4 s, the bot for 0.4 s. It counts
from the moment at which the detector's stop and the final transcript are both there. A turn costs
what its window does, less what one with a silent user does: 75 frames, and the clock.""",
    "4": """\
The bot speaks, 25 % faster than it is heard, and the user says something. It counts from the window
of audio that makes the detector's start, which is the same window for all. In the *flood* the voice
gives a millisecond of audio at a time, as fast as the loop lets it.""",
    "5": """\
The number of calls is doubled, then halved in, until a packet in a hundred, or a wake-up of the
loop in a hundred, is more than 20 ms late, or answers are missing, twice in a row. The numbers are
of the greatest load that was carried.""",
}


__all__ = [
    "BY_HAND",
    "BY_RXPY",
    "IMPORTS",
    "INTERRUPT",
    "LATE",
    "OWN",
    "REPLY",
    "SESSIONS",
    "STAGES",
    "TEXTS",
    "Found",
    "Row",
    "carried",
    "value_in",
    "value_of",
]

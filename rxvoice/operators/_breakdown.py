"""What a time went into, without gaps and without counting anything twice."""

from collections.abc import Iterable

from rxvoice.items import Metric

ROUNDING = 1e-6
"""Seconds; what is shorter is no gap."""


def breakdown(
    since: float, until: float, parts: Iterable[tuple[float, float, Metric]]
) -> tuple[Metric, ...]:
    """Divide a time among what happened in it; the values of the result add up to it.

    While two things went on at once the time is that of the one that began earlier. Time in which
    nothing is known to have happened is ``other`` ``wait``.

    Args:
        since: When the time begins, in seconds.
        until: When it ends.
        parts: When something began, when it ended, and what it was.

    Returns:
        What it was each time, with the seconds that it is answerable for.
    """
    found: list[Metric] = []
    at = since
    for began, ended, part in sorted(parts, key=lambda one: (round(one[0], 6), -one[1])):
        begin, end = min(began, until), min(ended, until)
        if end - at <= ROUNDING:
            continue
        if begin - at > ROUNDING:
            found.append(Metric("other", "wait", begin - at))
            at = begin
        found.append(Metric(part.source, part.name, end - at))
        at = end
    if until - at > ROUNDING or (until > at and not found):
        found.append(Metric("other", "wait", until - at))
    elif found and until != at:
        last = found.pop()
        found.append(Metric(last.source, last.name, last.value + until - at))
    return tuple(found)


__all__ = ["breakdown"]

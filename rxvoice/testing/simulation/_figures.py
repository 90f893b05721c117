"""From the outcomes of calls to figures."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rxvoice.reports import STEPS
from rxvoice.testing.simulation._outcome import Outcome

PERCENTILES = (50, 90, 95, 99)


def figures(calls: Sequence[Outcome]) -> dict[str, float | None]:
    """Sum up calls; `Report` says what each figure means."""
    total = {
        name: sum(getattr(call, name) for call in calls)
        for name in (
            *("said", "noises", "turns", "replies", "interruptions", "by_noise", "attempts"),
            *("missed", "cut_offs", "dead_air", "answered_twice", "stale_frames"),
        )
    }
    found: dict[str, float | None] = {
        "calls": len(calls),
        "hours": sum(call.duration for call in calls) / 3600.0,
        "failed": sum(bool(call.failure) for call in calls),
        "faults": sum(len(call.faults) for call in calls),
        **{name: total[name] for name in ("said", "noises", "turns", "replies", "stale_frames")},
        "interruptions": _share(total["interruptions"], total["replies"]),
        "false_interruptions": _share(total["by_noise"], total["replies"]),
        "missed_interruptions": _share(total["missed"], total["attempts"]),
        "cut_offs": _share(total["cut_offs"], total["said"]),
        "dead_air": _share(total["dead_air"], total["said"]),
        "answered_twice": _share(total["answered_twice"], total["said"]),
    }
    found |= _percentiles("stop", [stop for call in calls for stop in call.stops])
    for name, seconds in latency_columns(calls).items():
        found |= _percentiles(name, seconds)
    return found


def latency_columns(calls: Iterable[Outcome]) -> dict[str, list[float]]:
    """Return the seconds of each step of a latency, and ``latency`` itself."""
    names = [f"latency.{step.replace(' ', '_')}" for step in STEPS]
    columns: dict[str, list[float]] = {name: [] for name in (*names, "latency")}
    for call in calls:
        for latency in call.latencies:
            for name, seconds in zip(columns, latency, strict=True):
                if seconds is not None:
                    columns[name].append(seconds)
    return columns


def faults(calls: Iterable[Outcome]) -> Mapping[str, int]:
    """Count the faults by their source."""
    return dict(sorted(Counter(source for call in calls for source in call.faults).items()))


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the smallest value that so many percent of the values do not exceed.

    Args:
        values: In any order.
        percent: Above 0, at most 100.

    Returns:
        One of the values, or `None` when there are none.
    """
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(percent / 100.0 * len(values) - 1e-9) - 1)]


def _percentiles(name: str, values: Sequence[float]) -> dict[str, float | None]:
    return {f"{name}.p{percent}": percentile(values, percent) for percent in PERCENTILES}


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0

"""`Dashboard`."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from ._dashboard_rows import heading, of_calls, of_sessions, of_troubles, short
from ._reading import Reading, quantile, since

_SHARES: Final = (0.5, 0.9, 0.99)
_PART: Final = "rxvoice_response_part_seconds"
_STAGE: Final = "rxvoice_stage_seconds"
_STAGES: Final = (
    (_PART, "wait"),
    (_STAGE, "ttfb"),
    (_PART, "first_sentence"),
    (_PART, "tool_call"),
    (_STAGE, "latency"),
    (_STAGE, "processing"),
)
"""In the order in which they are shown."""
_KEPT: Final = 60
"""Readings of one window, for what came lately is counted from one of them on."""


class Dashboard:
    """Sessions, turns, waits, lag and faults as lines of text, from a page of metrics.

    The page is one of `rxvoice serve` at ``/metrics``, or `Prometheus.text` in the same process.
    Percentiles are of what came within the last ``window`` seconds, or of all when nothing did;
    they are estimates, between the ends of the classes that the page has.

    Args:
        window: Seconds.
    """

    def __init__(self, *, window: float = 60.0) -> None:
        if not 0.0 < window < math.inf:
            raise ValueError(f"window must be positive and finite, got {window}")
        self._window = window
        self._readings: deque[tuple[float, Reading]] = deque()
        self._last = Reading()

    def lines(self, page: str, at: float, calls: Sequence[Mapping[str, object]] = ()) -> list[str]:
        """Take a page and return what is shown.

        Args:
            page: In Prometheus's text format.
            at: When it was read, in seconds on a clock that does not go back.
            calls: Those that go on, the oldest first, as `rxvoice serve` tells them at
                ``/metrics/sessions``.
        """
        now = Reading(page)
        if now.is_before(self._last):
            self._readings.clear()  # the server was started anew
        self._last = now
        while len(self._readings) > 1 and self._readings[1][0] <= at - self._window:
            self._readings.popleft()
        before = self._readings[0][1] if self._readings else Reading()
        if not self._readings or at - self._readings[-1][0] >= self._window / _KEPT:
            self._readings.append((at, now))
        if not now:
            return ["nothing is measured there"]
        return [
            *of_sessions(now, before),
            "",
            heading("", "p50", "p90", "p99", "count"),
            *self._waits(now, before),
            "",
            *of_troubles(now),
            *of_calls(calls),
        ]

    def _waits(self, now: Reading, before: Reading) -> list[str]:
        rows = [
            _row("response", now, before, "rxvoice_response_latency_seconds", first="false"),
            _row("first word", now, before, "rxvoice_response_latency_seconds", first="true"),
        ]
        for family, name in _STAGES:
            for source in _sources(now, family, name):
                wanted = {"source": source, "name": name}
                rows.append(_row(f"  {source} {name}", now, before, family, **wanted))
        rows.append(_row("loop lag", now, before, "rxvoice_event_loop_lag_seconds"))
        return [row for row in rows if row]


def _sources(now: Reading, family: str, name: str) -> list[str]:
    count = f"{family}_count"
    found = now.by("source", count)
    return sorted(source for source in found if now.total(count, source=source, name=name))


def _row(title: str, now: Reading, before: Reading, name: str, /, **wanted: str) -> str:
    every = now.classes(name, **wanted)
    fresh = since(every, before.classes(name, **wanted))
    chosen = fresh if any(fresh.values()) else every
    values = [quantile(share, chosen) for share in _SHARES]
    if None in values:
        return ""
    shown = [_seconds(value, every) for value in values if value is not None]
    return heading(title, *shown, f"{chosen[max(chosen)]:.0f}")


def _seconds(value: float, classes: Mapping[float, float]) -> str:
    if value == math.inf:
        ends = [end for end in classes if end < math.inf]
        return f"> {max(ends):g} s" if ends else "?"
    return short(value)


__all__ = ["Dashboard"]

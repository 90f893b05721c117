"""`Dashboard`."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from ._reading import Reading, quantile, since

_SHARES: Final = (0.5, 0.9, 0.99)
_NAME: Final = 22
_COLUMN: Final = 9
_PART: Final = "rxvoice_response_part_seconds"
_STAGE: Final = "rxvoice_stage_seconds"
_USED: Final = "rxvoice_usage"
_STAGES: Final = (
    (_PART, "wait"),
    (_STAGE, "ttfb"),
    (_PART, "first_sentence"),
    (_PART, "tool_call"),
    (_STAGE, "latency"),
    (_STAGE, "processing"),
)
"""In the order in which they are shown."""
_CALLS: Final = 12
"""Calls that are shown one by one."""
_BLOCKERS: Final = 3


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

    def lines(self, page: str, at: float, calls: Sequence[Mapping[str, object]] = ()) -> list[str]:
        """Take a page and return what is shown.

        Args:
            page: In Prometheus's text format.
            at: When it was read, in seconds on a clock that does not go back.
            calls: Those that go on, the oldest first, as `rxvoice serve` tells them at
                ``/metrics/sessions``.
        """
        now = Reading(page)
        if self._readings and now.is_before(self._readings[-1][1]):
            self._readings.clear()  # the server was started anew
        while len(self._readings) > 1 and self._readings[1][0] <= at - self._window:
            self._readings.popleft()
        before = self._readings[0][1] if self._readings else Reading()
        self._readings.append((at, now))
        if not now:
            return ["nothing is measured there"]
        return [
            *_sessions(now, before),
            "",
            _heading("", "p50", "p90", "p99", "count"),
            *self._waits(now, before),
            "",
            *_troubles(now),
            *_calls(calls),
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


def _sessions(now: Reading, before: Reading) -> list[str]:
    active = now.total("rxvoice_sessions_active")
    started = now.total("rxvoice_sessions_started_total")
    failed = now.total("rxvoice_sessions_failed_total")
    refused = now.total("rxvoice_sessions_refused_total")
    head = f"{active:g} active, {started:g} started, {failed:g} failed, {refused:g} refused"
    ways = {
        way: count
        for way, count in now.by("transport", "rxvoice_sessions_active").items()
        if way and count
    }
    turns = now.total("rxvoice_turns_total")
    fresh = turns - before.total("rxvoice_turns_total")
    replies = now.total("rxvoice_replies_total")
    cut = now.total("rxvoice_replies_total", interrupted="true")
    share = f", {100 * cut / replies:.0f} % of {replies:g} replies interrupted" if replies else ""
    told = f", {fresh:g} of them lately" if before and fresh > 0.0 else ""
    return [
        _labelled("sessions", head + (f": {_counted(ways)}" if ways else "")),
        _labelled("turns", f"{turns:g}{told}{share}"),
    ]


def _calls(calls: Sequence[Mapping[str, object]]) -> list[str]:
    if not calls:
        return []
    rows = ["", _heading("calls", "lasts", "latency", "turns", "cut off", "faults")]
    for call in calls[:_CALLS]:
        latency = call.get("latency")
        shown = _short(latency) if isinstance(latency, int | float) else ""
        counts = (f"{call.get(name, '')}" for name in ("turns", "interrupted", "faults"))
        rows.append(_heading(f"  {call.get('transport', '')}", _lasts(call), shown, *counts))
    if len(calls) > _CALLS:
        rows.append(f"  and {len(calls) - _CALLS} more")
    return rows


def _lasts(call: Mapping[str, object]) -> str:
    seconds = call.get("seconds")
    if not isinstance(seconds, int | float):
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _troubles(now: Reading) -> list[str]:
    faults = now.by("source", "rxvoice_faults_total")
    fatal = now.total("rxvoice_faults_total", fatal="true")
    lost = {name: n for name, n in now.by("queue", "rxvoice_queue_dropped_total").items() if n}
    waiting = {name: n for name, n in now.by("queue", "rxvoice_queue_length").items() if n}
    dropped = now.total("rxvoice_audio_dropped_seconds_total")
    bad = f" ({fatal:g} fatal)" if fatal else ""
    rows = [_labelled("faults", f"{_counted(faults)}{bad}" if faults else "none"), *_blocked(now)]
    for name, text in (
        ("queued", _counted(waiting)),
        ("lost in queues", _counted(lost)),
        ("audio dropped", f"{dropped:.1f} s" if dropped else ""),
        ("used", _used(now)),
    ):
        if text:
            rows.append(_labelled(name, text))
    return rows


def _blocked(now: Reading) -> list[str]:
    took = now.by("source", "rxvoice_event_loop_blocked_seconds_sum")
    rows: list[str] = []
    for source in list(took)[:_BLOCKERS]:
        count = now.total("rxvoice_event_loop_blocked_seconds_count", source=source)
        text = f"{source or '?'} {count:g}, {_short(took[source])}"
        rows.append(_labelled("" if rows else "loop blocked by", text))
    return rows


def _used(now: Reading) -> str:
    tokens = now.by("kind", f"{_USED}_tokens_total")
    amounts = {f"{kind} tokens": amount for kind, amount in tokens.items()}
    amounts["characters"] = now.total(f"{_USED}_characters_total")
    told = [f"{name} {amount:.0f}" for name, amount in amounts.items() if amount]
    if audio := now.total(f"{_USED}_audio_seconds_total"):
        told.append(f"audio {audio:.1f} s")
    return ", ".join(told)


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
    return _heading(title, *shown, f"{chosen[max(chosen)]:g}")


def _seconds(value: float, classes: Mapping[float, float]) -> str:
    if value == math.inf:
        ends = [end for end in classes if end < math.inf]
        return f"> {max(ends):g} s" if ends else "?"
    return _short(value)


def _short(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.0f} ms"


def _counted(counts: Mapping[str, float]) -> str:
    return ", ".join(f"{name or '?'} {count:g}" for name, count in list(counts.items())[:6])


def _labelled(name: str, text: str) -> str:
    return f"{name:<{_NAME}} {text}"


def _heading(title: str, *columns: str) -> str:
    return f"{title[:_NAME]:<{_NAME}}" + "".join(f"{column:>{_COLUMN}}" for column in columns)


__all__ = ["Dashboard"]

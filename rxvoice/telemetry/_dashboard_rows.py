"""Lines of a dashboard."""

from collections.abc import Mapping, Sequence
from typing import Final

from ._reading import Reading

_NAME: Final = 22
_COLUMN: Final = 9
_USED: Final = "rxvoice_usage"
_CALLS: Final = 12
"""Calls that are shown one by one."""
_BLOCKERS: Final = 3


def of_sessions(now: Reading, before: Reading) -> list[str]:
    """Return how many sessions and turns there are and were."""
    active = now.total("rxvoice_sessions_active")
    started = now.total("rxvoice_sessions_started_total")
    failed = now.total("rxvoice_sessions_failed_total")
    refused = now.total("rxvoice_sessions_refused_total")
    head = f"{active:.0f} active, {started:.0f} started, {failed:.0f} failed, {refused:.0f} refused"
    ways = {
        way: count
        for way, count in now.by("transport", "rxvoice_sessions_active").items()
        if way and count
    }
    turns = now.total("rxvoice_turns_total")
    fresh = turns - before.total("rxvoice_turns_total")
    replies = now.total("rxvoice_replies_total")
    cut = now.total("rxvoice_replies_total", interrupted="true")
    share = f", {100 * cut / replies:.0f} % of {replies:.0f} replies interrupted" if replies else ""
    told = f", {fresh:.0f} of them lately" if before and fresh > 0.0 else ""
    return [
        _labelled("sessions", head + (f": {_counted(ways)}" if ways else "")),
        _labelled("turns", f"{turns:.0f}{told}{share}"),
    ]


def of_calls(calls: Sequence[Mapping[str, object]]) -> list[str]:
    """Return a row for each call that goes on, as far as there is room."""
    if not calls:
        return []
    rows = ["", heading("calls", "lasts", "latency", "turns", "cut off", "faults")]
    for call in calls[:_CALLS]:
        latency = _told(call, "latency")
        shown = "" if latency is None else short(latency)
        counts = (f"{call.get(name, '')}" for name in ("turns", "interrupted", "faults"))
        rows.append(heading(f"  {call.get('transport', '')}", _lasts(call), shown, *counts))
    if len(calls) > _CALLS:
        rows.append(f"  and {len(calls) - _CALLS} more")
    return rows


def _lasts(call: Mapping[str, object]) -> str:
    seconds = _told(call, "seconds")
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _told(call: Mapping[str, object], name: str) -> float | None:
    """Return a number of a call; None where there is none, for it comes from anywhere."""
    value = call.get(name)
    return value if isinstance(value, int | float) and abs(value) < 1e9 else None


def of_troubles(now: Reading) -> list[str]:
    """Return what went wrong, what waits and what was used."""
    faults = now.by("source", "rxvoice_faults_total")
    fatal = now.total("rxvoice_faults_total", fatal="true")
    lost = {name: n for name, n in now.by("queue", "rxvoice_queue_dropped_total").items() if n}
    waiting = {name: n for name, n in now.by("queue", "rxvoice_queue_length").items() if n}
    dropped = now.total("rxvoice_audio_dropped_seconds_total")
    bad = f" ({fatal:.0f} fatal)" if fatal else ""
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
        text = f"{source or '?'} {count:.0f}, {short(took[source])}"
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


def short(seconds: float) -> str:
    """Return seconds as people read them."""
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{1000 * seconds:.0f} ms"


def _counted(counts: Mapping[str, float]) -> str:
    return ", ".join(f"{name or '?'} {count:.0f}" for name, count in list(counts.items())[:6])


def _labelled(name: str, text: str) -> str:
    return f"{name:<{_NAME}} {text}"


def heading(title: str, *columns: str) -> str:
    """Return a title and what stands in the columns behind it."""
    return f"{title[:_NAME]:<{_NAME}}" + "".join(f"{column:>{_COLUMN}}" for column in columns)


__all__ = ["heading", "of_calls", "of_sessions", "of_troubles", "short"]

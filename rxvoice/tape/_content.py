"""What counts when two calls are compared: what happened, and in which order."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, cast

from rxvoice.items import AudioFrame, BotSpeechOngoing, Metric, SpeechOngoing, Stamped, Usage

from ._aligning import opcodes
from ._canon import canon
from ._sound import Sound
from ._told import as_kept, is_report

UNCOUNTED = (AudioFrame, Sound, BotSpeechOngoing, SpeechOngoing, Metric, Usage)
"""Audio is compared by what is told of it (words, replies, marks), numbers by the latencies."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two calls are not the same.

    Attributes:
        before: What only the first one has.
        after: What only the second one has.
    """

    before: tuple[Stamped, ...]
    after: tuple[Stamped, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """How two calls fit.

    Attributes:
        pairs: What both have, in order.
        changes: Where they differ.
    """

    pairs: tuple[tuple[Stamped, Stamped], ...]
    changes: tuple[Change, ...]


def match(one: Sequence[Stamped], other: Sequence[Stamped], *, within: float = 0.0) -> Matched:
    """Compare what happened in two calls; times, audio, metrics and usage do not count.

    What a client of a server is told about it does not, either.

    Args:
        one: Events of the first call.
        other: Events of the second.
        within: Seconds by which something may come earlier or later among other things.
    """
    first, second = _counted(one), _counted(other)
    keys = [[content(event.item) for event in events] for events in (first, second)]
    pairs: list[tuple[Stamped, Stamped]] = []
    changes: list[Change] = []
    for tag, begin, end, start, stop in opcodes(*keys):
        if tag == "equal":
            pairs += zip(first[begin:end], second[start:stop], strict=True)
        else:
            changes.append(Change(tuple(first[begin:end]), tuple(second[start:stop])))
    moved = _moved(changes, within)
    gone = {id(event) for pair in moved for event in pair}
    rest = [
        Change(_without(change.before, gone), _without(change.after, gone)) for change in changes
    ]
    real = tuple(change for change in rest if change.before or change.after)
    return Matched((*pairs, *moved), real)


def _counted(events: Sequence[Stamped]) -> list[Stamped]:
    kept = (Stamped(event.at, as_kept(event.item)) for event in events)
    return [one for one in kept if not isinstance(one.item, UNCOUNTED) and not is_report(one.item)]


def _moved(changes: Sequence[Change], within: float) -> list[tuple[Stamped, Stamped]]:
    """Return what only came among other things, a little earlier or later."""
    if within <= 0.0:
        return []
    found: list[tuple[Stamped, Stamped]] = []
    waiting: defaultdict[bytes, list[Stamped]] = defaultdict(list)
    for change in changes:
        for event in change.after:
            waiting[content(event.item)].append(event)
    for change in changes:
        for event in change.before:
            alike = waiting[content(event.item)]
            near = next((other for other in alike if abs(other.at - event.at) <= within), None)
            if near is not None:
                alike.remove(near)
                found.append((event, near))
    return found


def _without(events: Sequence[Stamped], gone: Collection[int]) -> tuple[Stamped, ...]:
    return tuple(event for event in events if id(event) not in gone)


def content(item: Any) -> bytes:
    """Return what two items have in common when only times differ."""
    return canon(_timeless(item))


def _timeless(value: Any) -> Any:
    if isinstance(value, float):
        return 0.0
    if is_dataclass(value) and not isinstance(value, type):
        kept = [f.name for f in fields(value) if f.compare]
        return [type(value).__name__, *(_timeless(getattr(value, name)) for name in kept)]
    if isinstance(value, list | tuple):
        return [_timeless(item) for item in cast("Sequence[Any]", value)]
    return value


__all__ = ["Change", "Matched", "content", "match"]

"""From notes to what is drawn."""

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rxvoice.items import AudioFrame, ReplyEnded, Word
from rxvoice.reports import minutes, plain

from ._look import CLOSED, Look, look, tooltip
from ._note import Note, Playing
from ._strip import Bar, Dot, Segment, Sounding, Strip

_SAME: Final = 1e-6  # seconds
_MOST_FAMILIES: Final = 3
_MOST_ROWS: Final = 3
_ENDS: Final = {"|": "completed", "#": "failed", "!": "unsubscribed"}
_IN_REPLIES: Final = ("response", "thought")  # bars of what is unsubscribed when a reply is cut off
_ORDER: Final = (
    *("user speaks", "transcripts", "keys", "turns", "language model", "tools"),
    *("replies", "bot speaks", "audio", "words", "transcript", "exchanges", "conditions", "values"),
    *("call", "others", "measures", "faults"),
)


def strips_of(lanes: Mapping[str, Sequence[Note]], start: float, end: float) -> list[Strip]:
    """Make lanes of notes; streams in which very different items come get several.

    Args:
        lanes: Notes by the name of the stream.
        start: When the picture begins.
        end: When it ends.
    """
    strips: list[Strip] = []
    for name, notes in lanes.items():
        looks = [None if note.sign else look(note.item) for note in notes]
        families = Counter(seen.family for seen in looks if seen)
        segments = _segments(notes, start, end)
        if len(families) <= _MOST_FAMILIES:
            strips.append(_strip(plain(name), name, notes, looks, segments))
            continue
        if len(lanes) > 1 or len(segments) > 1 or any(note.sign for note in notes):
            strips.append(Strip(plain(name), name, segments=list(segments.values())))
        inner = bool(strips) and strips[-1].name == plain(name)
        for family in sorted(families, key=_ORDER.index):
            strips.append(_strip(family, name, notes, looks, segments, family))
            strips[-1].inner = inner
    return strips


def _segments(notes: Sequence[Note], start: float, end: float) -> dict[int, Segment]:
    found: dict[int, Segment] = {}
    for note in notes:
        if note.segment not in found:
            begun = note.sign == "^"
            began = note.at if begun else min(start, note.at)
            found[note.segment] = Segment(began, end, begun=begun)
        if note.sign in _ENDS:
            segment = found[note.segment]
            segment.end, segment.how = note.at, note.sign
            told = f": {tooltip(note.item)}" if note.sign == "#" else ""
            segment.tip = f"{_ENDS[note.sign]} at {minutes(note.at)}{told}"
    free: list[float] = []
    for segment in found.values():
        rows = [row for row, until in enumerate(free) if until <= segment.start + 1e-9]
        if rows or len(free) >= _MOST_ROWS:
            segment.row = rows[0] if rows else len(free) - 1
            free[segment.row] = max(free[segment.row], segment.end)
        else:
            segment.row = len(free)
            free.append(segment.end)
    return found


def _strip(
    name: str,
    stream: str,
    notes: Sequence[Note],
    looks: Sequence[Look | None],
    segments: Mapping[int, Segment],
    family: str | None = None,
) -> Strip:
    strip = Strip(name, stream, segments=list(segments.values()) if family is None else [])
    colours: Counter[str] = Counter()
    open_: dict[str, tuple[Bar, Segment]] = {}
    playing: dict[int, tuple[Playing, Sounding]] = {}
    for note, seen in zip(notes, looks, strict=True):
        segment = segments[note.segment]
        if isinstance(note.item, ReplyEnded) and note.item.interrupted:
            _cut(open_, note.at, note.item.number)
        if seen is None or (family is not None and seen.family != family):
            continue
        colours[seen.colour] += 1
        if seen.kind == "sound":
            _sound(strip, playing, note, segment)
        elif seen.kind in ("open", "close"):
            _bar(strip, open_, note, seen, segment)
        else:
            _dot(strip, note, seen, segment if family is None else None)
    for bar, segment in open_.values():
        bar.end = max(bar.start, segment.end)
    strip.bars.sort(key=lambda bar: bar.start)
    for sound, following in itertools.pairwise(strip.sounds):
        sound.shown = min(sound.shown, max(sound.start, following.start))
    strip.rows = 1 + max((segment.row for segment in strip.segments), default=0)
    strip.colour = colours.most_common(1)[0][0] if colours else "text"
    return strip


def _bar(
    strip: Strip, open_: dict[str, tuple[Bar, Segment]], note: Note, seen: Look, segment: Segment
) -> None:
    at = note.at - seen.back
    kind: type = note.item.__class__
    closed = CLOSED.get(kind, (seen.bar,)) if seen.kind == "close" else ()
    for name in closed:
        if name in open_:
            bar, its = open_.pop(name)
            bar.end = max(bar.start, min(at, its.end))
            told = f"{bar.label}, {minutes(bar.start)} to {minutes(bar.end)}"
            bar.tip = f"{told}: {seen.label}" if seen.label and seen.bar != "true" else told
    if seen.kind == "close":
        if seen.bar == "turn" and seen.label:
            _dot(strip, note, seen, segment)
        return
    if seen.bar in open_:
        former, its = open_[seen.bar]
        if former.label == seen.label and at < its.end:
            return
        former.end = max(former.start, min(at, its.end))
    tip = f"{seen.label} since {minutes(at)}"
    bar = Bar(at, math.inf, seen.colour, plain(seen.label), tip, seen.bar)
    open_[seen.bar] = bar, segment
    strip.bars.append(bar)


def _cut(open_: dict[str, tuple[Bar, Segment]], at: float, reply: int) -> None:
    for name in _IN_REPLIES:
        if name in open_ and open_[name][0].label in (name, f"{name} {reply}"):
            bar, _ = open_.pop(name)
            bar.end = max(bar.start, at)
            bar.tip = f"{bar.label}, {minutes(bar.start)} to {minutes(bar.end)}: cut off"


def _dot(strip: Strip, note: Note, seen: Look, segment: Segment | None) -> None:
    kind = "dot" if seen.kind == "close" else seen.kind
    row = segment.row if segment else 0
    label = plain(seen.label)
    if kind == "word" and (seen.label[:1].isspace() or isinstance(note.item, Word)):
        label = f" {label}"
    strip.dots.append(Dot(note.at, kind, seen.colour, label, note.item, row))


def _sound(
    strip: Strip, playing: dict[int, tuple[Playing, Sounding]], note: Note, segment: Segment
) -> None:
    frame: Any = note.item
    places, last = playing.get(note.segment) or (Playing(), None)
    heard = places.place(note.at, frame) if note.heard is None else note.heard
    if last is None or abs(heard - last.end) > _SAME or last.rate != frame.rate:
        limit = segment.end if segment.how in ("!", "#") else math.inf
        last = Sounding(heard, heard, limit, frame.rate, note.segment)
        strip.sounds.append(last)
        playing[note.segment] = places, last
    last.end += frame.duration
    if isinstance(frame, AudioFrame):
        last.pieces.append(frame.samples)


__all__ = ["strips_of"]

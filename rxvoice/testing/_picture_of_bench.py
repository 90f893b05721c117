"""The picture of a whole test."""

import math
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from rxvoice.viz import Marble, Probes
from rxvoice.viz._note import Note

from ._check import Check, Lane, Shown, marbles_of
from ._generators import MarbleGenerator
from ._notifications import OnNext
from ._sources import HotStream, MarbleStream
from ._windows import Window


def draw_bench(
    sources: "Sequence[MarbleStream[Any] | MarbleGenerator[Any]]",
    names: Mapping[int, str],
    windows: Mapping[int, Sequence[Window]],
    probes: Probes,
    checks: Sequence[Check],
    width: float,
) -> str:
    """Draw what sources did, what was expected of streams, and what they did.

    Args:
        sources: The sources; those that nobody used are left out.
        names: What the test calls them, by their identity.
        windows: When they were in use, likewise.
        probes: What probes in the streams told.
        checks: What was checked.
        width: In pixels.

    Returns:
        An SVG document that stands alone.
    """
    shown = Shown()
    for source in sources:
        emitted: list[Marble] = [(at, mark.key or mark.kind) for at, mark in source.emitted]
        if emitted:
            began, stopped = _signs(windows.get(id(source), ()))
            name = names.get(id(source))
            title = f"{name} ({_kind(source)})" if name else _kind(source)
            shown.lanes.append(Lane(title, [*began, *emitted, *stopped]))
    shown.lanes += [_probed(name, notes) for name, notes in probes.notes().items()]
    for check in checks:
        shown.add(check.shown())
    return shown.svg(width, "Sources, expectations and what happened")


def _probed(name: str, notes: Sequence[Note]) -> Lane:
    """Draw a probe's lane; when it is subscribed is told unless it is so twice at once."""
    lasting: set[int] = set()
    most = 0
    for note in notes:
        if note.sign == "^":
            lasting.add(note.segment)
        elif note.sign:
            lasting.discard(note.segment)
        most = max(most, len(lasting))
    items = [(round(note.at * 1e6), OnNext(note.item)) for note in notes if not note.sign]
    signs: list[Marble] = [(note.at, note.sign) for note in notes if note.sign in ("|", "#")]
    if most < 2:
        signs += [(note.at, "^" if note.sign == "^" else "!") for note in notes if note.sign]
    return Lane(f"{name} (probe)", sorted([*marbles_of(items), *signs], key=itemgetter(0)))


def _signs(windows: Sequence[Window]) -> tuple[list[Marble], list[Marble]]:
    """Say when a source was in use, unless it was so twice at once: one lane cannot show that."""
    stops = [math.inf if stopped is None else stopped for _, stopped in windows]
    if any(stop > began for stop, (began, _) in zip(stops, windows[1:], strict=False)):
        return [], []
    ends = [stopped for _, stopped in windows if stopped is not None]
    return [(began / 1e6, "^") for began, _ in windows], [(end / 1e6, "!") for end in ends]


def _kind(source: object) -> str:
    if isinstance(source, HotStream):
        return "hot"
    return "cold" if isinstance(source, MarbleStream) else "generator"


__all__ = ["draw_bench"]

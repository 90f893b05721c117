"""Fewer marks where they would lie on each other."""

from collections.abc import Iterable, Sequence

from ._axis import Row
from ._call import Mark


def bundles(marks: Sequence[Mark], row: Row, room: float) -> Iterable[tuple[float, list[Mark]]]:
    """Gather the marks of a row so that what is drawn is at least `room` pixels apart.

    Args:
        marks: In order of time.
        row: Those outside it are left out.
        room: Pixels.

    Yields:
        Place of the first mark of a bundle, and the bundle.
    """
    bundle: list[Mark] = []
    place = 0.0
    for mark in marks:
        if not row.has(mark.at):
            continue
        x = row.x(mark.at)
        if bundle and x - place < room:
            bundle.append(mark)
            continue
        if bundle:
            yield place, bundle
        bundle, place = [mark], x
    if bundle:
        yield place, bundle

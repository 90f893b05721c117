"""Two calls, one over the other."""

import re
from collections.abc import Sequence

from rxvoice.items import Stamped
from rxvoice.testing.calls._call import wrapped
from rxvoice.testing.calls._lanes import Lane, aligned, bot_lane, turn_lane, wordless
from rxvoice.viz import conversation_svg

SIZE = re.compile(r'<svg[^>]*?width="([\d.]+)"[^>]*?height="([\d.]+)"')
GAP = 12.0


def lanes(one: Sequence[Stamped], other: Sequence[Stamped], tick: float) -> str:
    """Return the turns and the bot of both calls as diagrams, the same column at the same place.

    Args:
        one: Events of the first call.
        other: Events of the second.
        tick: Seconds that a column takes.
    """
    rows: dict[str, Lane] = {
        "turns  1": turn_lane(one, tick),
        "turns  2": turn_lane(other, tick),
        "bot    1": wordless(bot_lane(one, tick)),
        "bot    2": wordless(bot_lane(other, tick)),
    }
    end = max((event.at for event in (*one, *other)), default=0.0)
    drawn, places = aligned(rows, int(end / tick) + 1, tick)
    return "\n".join(wrapped(drawn, places))


def stacked(one: Sequence[Stamped], other: Sequence[Stamped]) -> str:
    """Return one SVG document of both calls."""
    pictures = [conversation_svg(one, title="First"), conversation_svg(other, title="Second")]
    y = width = 0.0
    inner: list[str] = []
    for picture in pictures:
        found = SIZE.search(picture)
        if found is None:
            raise ValueError("the picture does not tell its size")
        inner.append(picture.replace("<svg", f'<svg y="{y:g}"', 1))
        width = max(width, float(found[1]))
        y += float(found[2]) + GAP
    size = f'width="{width:g}" height="{y - GAP:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(inner)}</svg>\n'


__all__ = ["lanes", "stacked"]

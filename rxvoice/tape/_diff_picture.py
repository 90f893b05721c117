"""Two calls as diagrams, one over the other."""

from collections.abc import Sequence

from rxvoice.items import Stamped
from rxvoice.testing.calls._call import wrapped
from rxvoice.testing.calls._lanes import Lane, aligned, bot_lane, turn_lane, wordless


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


__all__ = ["lanes"]

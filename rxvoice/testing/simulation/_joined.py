"""Events with less audio frames."""

from collections.abc import Iterable

import numpy as np

from rxvoice.items import AudioFrame, ClearAudio, ReplyEnded, ReplyStarted, Stamped, Turn

_SAME = 1e-6  # times are sums of floats
_NOTHING = np.int16(0)


def joined(events: Iterable[Stamped]) -> list[Stamped]:
    """Join frames that are heard one straight after another; what they sound like is lost.

    `rxvoice.reports` finds the same in what is left, much faster.

    Args:
        events: In order.
    """
    found: list[Stamped] = []
    place, count, end, rate = -1, 0, 0.0, 0

    def close() -> None:
        nonlocal place
        if place >= 0:
            first = found[place]
            assert isinstance(first.item, AudioFrame)
            samples = np.broadcast_to(_NOTHING, (count,))
            found[place] = Stamped(first.at, AudioFrame(samples, rate, first.item.pts))
        place = -1

    for event in events:
        match event.item:
            case AudioFrame() as frame:
                in_time = event.at <= frame.pts + _SAME
                if place >= 0 and in_time and frame.rate == rate and abs(frame.pts - end) < _SAME:
                    count += len(frame.samples)
                else:
                    close()
                    place, count, rate = len(found), len(frame.samples), frame.rate
                    found.append(event)
                end = frame.end
                continue
            case ReplyStarted() | ReplyEnded() | Turn() | ClearAudio():
                close()
            case _:
                pass
        found.append(event)
    close()
    return found

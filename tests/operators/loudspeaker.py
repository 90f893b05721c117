"""What a sink makes audible that plays by the frames' times and obeys `ClearAudio`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame, ClearAudio
from rxvoice.testing import Notification, OnNext

Log = Sequence[tuple[float, Notification]]


def played(log: Log, *, lead: float = 1.0) -> NDArray[np.int16]:
    """Return what is heard, from the beginning of the session on.

    Frames must not overlap, and none may be late, or earlier than ``lead``.
    """
    heard, rate = np.zeros(0, np.int16), 1
    for at, note in log:
        item = note.value if isinstance(note, OnNext) else None
        if isinstance(item, AudioFrame):
            assert -0.0201 < item.pts - at < lead + 1e-6, f"{item} came at {at:g} s"
            start = round(item.pts * item.rate)
            assert abs(item.pts * item.rate - start) < 0.1, f"{item} lies between samples"
            assert start >= len(heard), f"{item} overlaps what ends at {len(heard) / item.rate:g} s"
            heard = np.concatenate([heard, np.zeros(start - len(heard), np.int16), item.samples])
            rate = item.rate
        elif isinstance(item, ClearAudio):
            heard = heard[: round(at * rate)]
    return heard

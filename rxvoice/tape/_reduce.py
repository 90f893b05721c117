"""What of an item is kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rxvoice.items import AudioFrame


@dataclass(frozen=True, slots=True)
class Sound:
    """Stands for a piece of audio that is not kept itself.

    Attributes:
        count: Of samples.
        rate: Samples a second.
        pts: As of the frame.
        digest: Of the samples: equal for equal ones.
    """

    count: int
    rate: int
    pts: float
    digest: bytes

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.count / self.rate


def digested(item: Any) -> Any:
    """Return a `Sound` for a frame, and any other item as it is."""
    if type(item) is not AudioFrame:
        return item
    data = item.samples.astype("<i2", copy=False).tobytes()
    digest = hashlib.blake2b(data, digest_size=8).digest()
    return Sound(len(item.samples), item.rate, item.pts, digest)


Reduce = Callable[[Any], Any]

__all__ = ["Reduce", "Sound", "digested"]

"""What was recorded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError
from rxvoice.items._media import MAX_RATE


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A piece of a call, as both sides heard it.

    Attributes:
        samples: ``int16``, read-only, of shape ``(n,)`` for mono or ``(n, 2)`` for stereo, the
            user left and the bot right.
        rate: Samples a second.
        pts: Time of the first sample, in seconds on the session's clock.
        number: Which piece it is, from 1 on, or the number of the turn.

    Raises:
        AudioFormatError: When the samples have another shape or type.
    """

    samples: NDArray[np.int16]
    rate: int
    pts: float = 0.0
    number: int = 1

    def __post_init__(self) -> None:
        samples = self.samples
        stereo = samples.ndim == 2 and samples.shape[1] == 2
        if samples.dtype != np.int16 or not (samples.ndim == 1 or stereo):
            kind = f"{samples.dtype} {samples.shape}"
            raise AudioFormatError(f"samples must be int16 of shape (n,) or (n, 2), got {kind}")
        if not 0 < self.rate <= MAX_RATE:
            raise AudioFormatError(f"rate must be in 1…{MAX_RATE} Hz, got {self.rate}")
        if samples.flags.writeable:
            view = samples.view()
            view.flags.writeable = False
            object.__setattr__(self, "samples", view)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @property
    def end(self) -> float:
        """Time just after the last sample."""
        return self.pts + self.duration

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Recording):
            return NotImplemented
        same = (self.rate, self.pts, self.number) == (other.rate, other.pts, other.number)
        return same and np.array_equal(self.samples, other.samples)

    def __hash__(self) -> int:
        return hash((self.rate, self.pts, self.number, len(self.samples)))

    def __repr__(self) -> str:
        kind = "stereo" if self.samples.ndim == 2 else "mono"
        length = f"{len(self.samples)} samples, {kind}, {self.rate} Hz"
        return f"Recording({length}, pts={self.pts:.3f}, number={self.number})"


__all__ = ["Recording"]

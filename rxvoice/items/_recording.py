"""What was recorded."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError
from rxvoice.items._media import check_rate_and_time, read_only


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
        AudioFormatError: When the samples have another shape or type, or the rate or the time makes
            no sense.
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
        check_rate_and_time(self.rate, self.pts)
        if samples.flags.writeable:
            object.__setattr__(self, "samples", read_only(samples))

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

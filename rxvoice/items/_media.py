"""Sound and pictures."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError

MAX_RATE = 768_000

_INT16: Final = np.dtype(np.int16)


@dataclass(frozen=True, slots=True, eq=False)
class AudioFrame:
    """A piece of mono audio.

    Attributes:
        samples: Shape ``(n,)``, ``int16``, read-only; ``n`` may be 0.
        rate: Samples a second.
        pts: Time of the first sample, in seconds on the stream's clock.

    Raises:
        AudioFormatError: When the samples are not one-dimensional ``int16`` or the rate is not
            a positive integer of at most 768 000.
    """

    samples: NDArray[np.int16]
    rate: int
    pts: float = 0.0

    def __post_init__(self) -> None:
        samples = self.samples
        kind = getattr(samples, "dtype", None)
        if (kind is not _INT16 and kind != _INT16) or samples.ndim != 1:
            told = type(samples).__name__ if kind is None else kind
            shape = getattr(samples, "shape", "?")
            raise AudioFormatError(f"samples must be int16 of shape (n,), got {told} {shape}")
        if not 0 < self.rate <= MAX_RATE or not math.isfinite(self.pts):
            check_rate_and_time(self.rate, self.pts)
        if samples.flags.writeable:
            object.__setattr__(self, "samples", read_only(samples))

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @property
    def end(self) -> float:
        """Time just after the last sample, in seconds on the stream's clock."""
        return self.pts + len(self.samples) / self.rate

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AudioFrame):
            return NotImplemented
        return (
            self.rate == other.rate
            and self.pts == other.pts
            and np.array_equal(self.samples, other.samples)
        )

    def __hash__(self) -> int:
        return hash((self.rate, self.pts, len(self.samples)))

    def __repr__(self) -> str:
        return f"AudioFrame({len(self.samples)} samples, {self.rate} Hz, pts={self.pts:.3f})"


def check_rate_and_time(rate: int, pts: float) -> None:
    """Refuse a sample rate or a time that makes no sense.

    Raises:
        AudioFormatError: It names the attribute.
    """
    if not 0 < rate <= MAX_RATE:
        raise AudioFormatError(f"rate must be in 1…{MAX_RATE} Hz, got {rate}")
    if not math.isfinite(pts):
        raise AudioFormatError(f"pts must be finite, got {pts}")


def read_only(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return a view through which nobody can edit."""
    view = samples.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, slots=True)
class ImageFrame:
    """A picture.

    Attributes:
        data: The encoded picture.
        mime: Its media type, such as ``"image/jpeg"``.
        pts: Time on the stream's clock.
    """

    data: bytes = field(repr=False)
    mime: str = "image/jpeg"
    pts: float = 0.0


__all__ = ["MAX_RATE", "AudioFrame", "ImageFrame"]

"""`Sound`."""

from dataclasses import dataclass


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


__all__ = ["Sound"]

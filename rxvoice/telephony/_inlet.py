"""The sound of a line, as frames."""

import numpy as np
from numpy.typing import NDArray

from rxvoice.errors import AudioFormatError
from rxvoice.items import AudioFrame

from ._coding import Coding
from ._message import MessageError
from ._timeline import Timeline


class Inlet:
    """Reads the packets of a line.

    Args:
        vendor: Named in errors.
        coding: How the line writes samples.
        rate: Samples a second of the line.
        slack: As for `Timeline`.

    Attributes:
        coding: How the line writes samples.
        rate: Samples a second of the line.
    """

    def __init__(self, vendor: str, coding: Coding, rate: int, slack: float | None) -> None:
        self.coding = coding
        self.rate = rate
        self._vendor = vendor
        self._slack = slack
        self._timeline = Timeline(rate, slack=slack)

    def change(self, coding: Coding, rate: int) -> None:
        """Read in another way from now on; another rate begins at 0 again."""
        self.coding = coding
        if rate != self.rate:
            self.rate = rate
            self._timeline = Timeline(rate, slack=self._slack)

    def samples(self, data: bytes) -> NDArray[np.int16]:
        """Return the samples of a packet.

        Raises:
            MessageError: When the last one is cut off.
        """
        try:
            return self.coding.decode(data)
        except AudioFormatError as error:
            raise MessageError("the last sample is cut off", vendor=self._vendor) from error

    def frames(
        self, samples: NDArray[np.int16], *, packet: int | None = None, stamp: float | None = None
    ) -> list[AudioFrame]:
        """Return the frame of a packet; none when it is empty, or has come before.

        Args:
            samples: Shape ``(n,)``, ``int16``.
            packet: The vendor's number of it.
            stamp: The vendor's time of it, in seconds.
        """
        if not len(samples):
            return []
        pts = self._timeline.place(len(samples), number=packet, stamp=stamp)
        return [] if pts is None else [AudioFrame(samples, self.rate, pts)]

    def skip(self, seconds: float) -> None:
        """Let time pass without sound."""
        self._timeline.skip(seconds)


__all__ = ["Inlet"]

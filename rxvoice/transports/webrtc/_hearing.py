"""Which audio of the far end counts."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rxvoice.items import AudioFrame, MessageReceived

from ._ear import Ear


class Hearing:
    """The far end's audio, but for what comes before it may begin and while it is switched off.

    Args:
        rate: Samples a second that come out.
        after: Whether audio begins with this message; None for at once.
    """

    def __init__(self, rate: int, after: Callable[[MessageReceived], bool] | None) -> None:
        self._ear = Ear(rate)
        self._after = after
        self._on = True

    @property
    def position(self) -> float:
        """Time after the last sample that came, in seconds."""
        return self._ear.position

    def begin(self) -> None:
        """Listen to another connection."""
        self._ear.begin()
        self._on = True

    def switch(self, on: bool) -> None:
        """Note that the far end has switched its microphone on or off."""
        self._on = on

    def read(self, message: MessageReceived) -> None:
        """Note a message, with which audio may begin."""
        if self._after is not None and self._after(message):
            self._after = None

    def take(
        self, samples: NDArray[np.int16], rate: int, pts: float, now: float
    ) -> Sequence[AudioFrame]:
        """Take a piece of a track, as `Ear.hear` does, and return what counts."""
        if self._after is not None:
            return ()
        frames = self._ear.hear(samples, rate, pts, now)
        return frames if self._on else ()


__all__ = ["Hearing"]

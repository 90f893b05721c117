"""A voice detector that hears tones."""

import numpy as np
from numpy.typing import NDArray

_LOUD = 4_000
"""Peak that counts as sound: the user speaks at 9 800, and a line may hiss."""


def is_loud(samples: NDArray[np.int16]) -> bool:
    """Tell whether audio holds more than the noise of a line."""
    return len(samples) > 0 and int(samples.max()) > _LOUD


class ScriptedVAD:
    """Opens detectors (`rxvoice.contracts.Vad`) that take any sound for speech.

    The user of a `conversation` speaks in tones; this hears them at once and without doubt.

    Attributes:
        rate: 16 000 samples a second.
        window: 320 samples, 20 ms.
        open: How many detectors are open.
    """

    rate: int = 16_000
    window: int = 320

    def __init__(self) -> None:
        self.open: int = 0

    def __call__(self) -> "Detector":
        """Open a detector."""
        self.open += 1
        return Detector(self)


class Detector:
    """Listens to one stream."""

    def __init__(self, vad: ScriptedVAD) -> None:
        self.rate: int = vad.rate
        self.window: int = vad.window
        self._vad: ScriptedVAD | None = vad

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        """Return 1 for sound and 0 for silence."""
        return 1.0 if is_loud(samples) else 0.0

    def reset(self) -> None:
        """Forget nothing, for nothing is remembered."""

    def close(self) -> None:
        """Count as closed."""
        if self._vad is not None:
            self._vad.open -= 1
            self._vad = None

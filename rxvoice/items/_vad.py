"""What voice detection goes by."""

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class VadOptions:
    """How `rxvoice.operators.vad_gate` judges; given to it to change that, and told by it since.

    The defaults are Pipecat's, but for ``prefix_padding``.

    Attributes:
        threshold: Probability from which a window counts as speech.
        min_speech: Seconds of consecutive speech that make a start.
        min_silence: Seconds of consecutive silence that make a stop.
        min_volume: Volume from 0 to 1 below which nothing counts; 0.6 is −50 dBFS.
        prefix_padding: Seconds of audio before the onset that pass, too.
        idle_timeout: Seconds without audio after which speech is taken to have stopped; 0 for
            never.
        ongoing_every: Seconds between two `SpeechOngoing`; 0 for none.

    Raises:
        ValueError: When one is out of range.
    """

    threshold: float = 0.7
    min_speech: float = 0.2
    min_silence: float = 0.2
    min_volume: float = 0.6
    prefix_padding: float = 0.8
    idle_timeout: float = 1.0
    ongoing_every: float = 0.2

    def __post_init__(self) -> None:
        for field in fields(self):
            value: float = getattr(self, field.name)
            if field.name in ("threshold", "min_volume") and not 0.0 <= value <= 1.0:
                raise ValueError(f"{field.name} must be in 0…1, got {value}")
            if not 0.0 <= value < math.inf:
                raise ValueError(f"{field.name} must be finite and not negative, got {value}")


__all__ = ["VadOptions"]

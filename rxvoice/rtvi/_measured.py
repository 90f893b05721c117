"""What is told of measurements, and of how loud it is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import loudness
from rxvoice.items import AudioFrame, Metric, ResponseLatency, Usage

from ._other_messages import Metrics


def of_measurement(event: Metric | Usage | ResponseLatency) -> Metrics:
    """Return a measurement as a client reads it."""
    match event:
        case Metric(source=source, name=name, value=value):
            return Metrics(measured={name: [_measured(source, value)]})
        case Usage():
            return Metrics(measured=_used(event))
        case ResponseLatency(value=value, parts=parts):
            each = [_measured(f"{part.source} {part.name}", part.value) for part in parts]
            latency = [_measured("session", value), *each]
            return Metrics(measured={"response_latency": latency})


def _measured(processor: str, value: Any) -> dict[str, Any]:
    return {"processor": processor, "value": value}


def _used(usage: Usage) -> Mapping[str, Any]:
    used: dict[str, Any] = {}
    if usage.total_tokens:
        tokens = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.total_tokens,
        }
        if usage.cached_tokens:
            tokens["cache_read_input_tokens"] = usage.cached_tokens
        if usage.reasoning_tokens:
            tokens["reasoning_tokens"] = usage.reasoning_tokens
        used["tokens"] = [tokens]
    if usage.characters:
        used["characters"] = [_measured(usage.source, usage.characters)]
    if usage.audio:
        used["stt_usage"] = [_measured(usage.source, {"audio_seconds": usage.audio})]
    return used


class Levels:
    """Measures how loud a stream of audio is, now and then, by its own time."""

    def __init__(self) -> None:
        self._samples: list[NDArray[np.int16]] = []
        self._length = 0.0

    def take(self, frame: AudioFrame, every: float) -> float | None:
        """Take audio; return the level of the last piece when that has the wanted length.

        Args:
            frame: The audio.
            every: Length of a piece in seconds; 0 for no levels.
        """
        if not every:
            self._samples.clear()
            self._length = 0.0
            return None
        self._samples.append(frame.samples)
        self._length += frame.duration
        if self._length < every - 1e-9:  # durations are sums of floats
            return None
        level = _level(np.concatenate(self._samples))
        self._samples.clear()
        self._length = 0.0
        return level


def _level(samples: NDArray[np.int16]) -> float:
    """Return a level from 0 (−100 dBFS and below) to 1 (−10 dBFS and above)."""
    return min(1.0, max(0.0, (loudness(samples) + 100.0) / 90.0))


__all__ = ["Levels", "of_measurement"]

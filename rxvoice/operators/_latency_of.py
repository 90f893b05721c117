"""What a recogniser says about its own latency."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from reactivex import Observable

from rxvoice.contracts import Heard, Recognised, Transcriber
from rxvoice.items import Metric

LATENCY: Final = 1.0
"""Seconds in which 99 % of final transcripts arrive, where the recogniser does not say."""

NAME: Final = "latency_p99"
"""Name of the `Metric` that tells it."""


def latency_of(provider: object) -> float | None:
    """Return the ``latency`` of a provider: seconds, or None when it has none."""
    value: object = getattr(provider, "latency", None)
    if isinstance(value, int | float) and 0.0 <= value < math.inf:
        return float(value)
    return None


def longest_latency(providers: Sequence[object]) -> float | None:
    """Return the longest latency of several providers; None when none of them has one."""
    known = [latency_of(provider) for provider in providers]
    if all(latency is None for latency in known):
        return None
    return max(LATENCY if latency is None else latency for latency in known)


@dataclass(frozen=True, slots=True)
class WithLatency:
    """A transcriber that says how long it takes.

    Attributes:
        transcriber: The transcriber.
        latency: Seconds from the real end of speech in which 99 % of final transcripts come; None
            when it is not known.
    """

    transcriber: Transcriber
    latency: float | None

    def __call__(self, heard: Observable[Heard], /) -> Observable[Recognised]:
        """Transcribe a stream."""
        return self.transcriber(heard)


def is_latency(item: object) -> TypeGuard[Metric]:
    """Tell whether an item tells a recogniser's latency."""
    return isinstance(item, Metric) and item.name == NAME


__all__ = ["LATENCY", "NAME", "WithLatency", "is_latency", "latency_of", "longest_latency"]

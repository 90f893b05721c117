"""What a recogniser says about its own latency."""

import math
from typing import Final

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


def told_latency(item: object) -> float | None:
    """Return the latency that an item tells; None for any other item."""
    return item.value if isinstance(item, Metric) and item.name == NAME else None


__all__ = ["LATENCY", "NAME", "latency_of", "told_latency"]

"""Probabilities."""

from typing import Any

import numpy as np


def is_probability(value: Any) -> bool:
    """Tell whether something is a number from 0 to 1."""
    return isinstance(value, float | int | np.floating) and bool(0.0 <= value <= 1.0)


__all__ = ["is_probability"]

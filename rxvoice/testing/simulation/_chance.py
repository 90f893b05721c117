"""Drawing numbers."""

import math
from random import Random
from typing import TypeAlias

Range: TypeAlias = tuple[float, float]


def spread_around(random: Random, median: float, spread: float) -> float:
    """Draw from a lognormal distribution.

    Args:
        random: Where chance comes from; it is asked once, whatever the other arguments are.
        median: Half of what is drawn lies below.
        spread: Standard deviation of the logarithm: with 0.5, two thirds of what is drawn lie
            between 0.6 and 1.65 times the median.
    """
    return median * math.exp(spread * random.gauss(0.0, 1.0))


def happens(random: Random, probability: float) -> bool:
    """Draw yes or no; chance is asked once, whatever the probability is."""
    return random.random() < probability


def check_probability(name: str, value: float) -> None:
    """Refuse what is no probability.

    Raises:
        ValueError: Names it.
    """
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must be a probability in 0…1, got {value}")


def check_positive(name: str, value: float) -> None:
    """Refuse what is not above 0.

    Raises:
        ValueError: Names it.
    """
    if not 0.0 < value < math.inf:
        raise ValueError(f"{name} must be positive, got {value}")


def check_not_negative(name: str, value: float) -> None:
    """Refuse what is below 0.

    Raises:
        ValueError: Names it.
    """
    if not 0.0 <= value < math.inf:
        raise ValueError(f"{name} must not be negative, got {value}")


def check_range(name: str, value: Range) -> None:
    """Refuse what is no range of numbers from 0 on.

    Raises:
        ValueError: Names it.
    """
    if len(value) != 2 or not 0.0 <= value[0] <= value[1] < math.inf:
        raise ValueError(f"{name} must be a range such as (1, 2), got {value}")

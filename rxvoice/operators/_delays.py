"""How long to wait, by how sure one is."""

import math
from collections.abc import Sequence
from itertools import pairwise


def checked_delays(delays: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return pairs of a probability and seconds, if they are in order.

    Raises:
        ValueError: When one is out of range, or less certainty would not mean a longer wait.
    """
    steps = tuple(delays)
    for probability, seconds in steps:
        if not (0.0 <= probability <= 1.0 and 0.0 <= seconds < math.inf):
            raise ValueError(
                f"delays must be probabilities and seconds, got {probability, seconds}"
            )
    for (more, sooner), (less, later) in pairwise(steps):
        if not (more > less and sooner <= later):
            raise ValueError(f"delays must fall in probability and rise in seconds, got {delays!r}")
    return steps


def delay_for(probability: float, steps: Sequence[tuple[float, float]], longest: float) -> float:
    """Return the seconds of the first step that is reached, never more than ``longest``."""
    reached = (seconds for least, seconds in steps if probability >= least)
    return min(next(reached, longest), longest)

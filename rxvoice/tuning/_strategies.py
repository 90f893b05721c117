"""The strategies that have names."""

from collections.abc import Mapping

from rxvoice.operators import stop_after_silence, stop_at_end_of_turn
from rxvoice.tuning._policy import Policy, Strategy

BASELINE = "silence"

STRATEGIES: Mapping[str, Strategy] = {
    BASELINE: stop_after_silence,
    "end_of_turn": stop_at_end_of_turn,
}


def is_baseline(policy: Policy) -> bool:
    """Whether a policy goes by silence alone."""
    return policy.strategy is stop_after_silence


__all__ = ["BASELINE", "STRATEGIES", "is_baseline"]

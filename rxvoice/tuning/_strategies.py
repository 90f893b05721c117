"""The strategies that have names."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final, cast

from rxvoice.contracts import EndOfTurn, StopStrategy
from rxvoice.operators import stop_after_silence, stop_at_end_of_turn
from rxvoice.tuning._policy import EndOfText, Policy, Strategy

BASELINE: Final = "silence"
_JUDGES_TEXT: Final = "text" in inspect.signature(stop_at_end_of_turn).parameters


def _at_end_of_turn(
    model: EndOfTurn,
    /,
    *,
    threshold: float = 0.5,
    latency: float = 1.0,
    min_delay: float = 0.6,
    max_delay: float = 3.0,
) -> StopStrategy:
    """Let the sound decide; see `stop_at_end_of_turn`."""
    return stop_at_end_of_turn(
        model, threshold=threshold, latency=latency, min_delay=min_delay, max_delay=max_delay
    )


def _at_end_of_turn_and_text(
    model: EndOfTurn,
    end_of_text: EndOfText,
    /,
    *,
    threshold: float = 0.5,
    delays: str = "",
    latency: float = 1.0,
    max_delay: float = 3.0,
) -> StopStrategy:
    """Let the sound and the words decide together; see `stop_at_end_of_turn`."""
    make = cast("Callable[..., StopStrategy]", stop_at_end_of_turn)
    return make(
        model,
        text=end_of_text,
        threshold=threshold,
        delays=_pairs(delays),
        latency=latency,
        max_delay=max_delay,
    )


def _pairs(text: str) -> Sequence[tuple[float, float]]:
    """Read pairs of a probability and seconds, such as ``0.9:0.2;0.5:0.8``."""
    try:
        pairs = [pair.split(":") for pair in text.split(";") if pair]
        return [(float(probability), float(seconds)) for probability, seconds in pairs]
    except ValueError:
        raise ValueError(f"delays must be like 0.9:0.2;0.5:0.8, got {text!r}") from None


STRATEGIES: Final[Mapping[str, Strategy]] = {
    BASELINE: stop_after_silence,
    "end_of_turn": _at_end_of_turn,
    **({"end_of_turn+text": _at_end_of_turn_and_text} if _JUDGES_TEXT else {}),
}


def usual_end_of_text() -> EndOfText:
    """Return the judge of words that needs no model."""
    return import_module("rxvoice.providers.last_words").last_words()


def is_baseline(policy: Policy) -> bool:
    """Whether a policy goes by silence alone."""
    return policy.strategy is stop_after_silence


__all__ = ["BASELINE", "STRATEGIES", "is_baseline", "usual_end_of_text"]

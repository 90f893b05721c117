"""Calls in which nobody says anything."""

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

from rxvoice._types import Operator
from rxvoice.items import (
    AudioFrame,
    BotSpeechOngoing,
    BotSpeechStarted,
    Dtmf,
    SpeechStarted,
    Token,
    Transcript,
    Turn,
    TurnStarted,
)
from rxvoice.operators import when_idle

A = TypeVar("A")

_ACTIVE: Final = (
    AudioFrame,  # of the bot: what comes out of an agent
    BotSpeechOngoing,
    BotSpeechStarted,
    Dtmf,
    SpeechStarted,
    Token,
    Transcript,
    Turn,
    TurnStarted,
)


def until_idle(after: float | None, end: Callable[[str], Any]) -> Operator[A, A]:
    """Call a function, once, when neither the user nor the bot has done anything for some time.

    It is for one subscription.

    Args:
        after: Seconds; None, or infinitely many, for never.
        end: Is told why.
    """
    if after is None or after == math.inf:
        return lambda source: source
    told = False

    def tell() -> None:
        nonlocal told
        if not told:
            told = True
            end("nobody says anything")

    return when_idle(tell, timeout=after, kinds=_ACTIVE)


__all__ = ["until_idle"]

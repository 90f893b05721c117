"""What is told about providers."""

from dataclasses import dataclass
from typing import Literal

from ._turn import Turn


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a second model says about a turn, beside the conversation.

    Attributes:
        turn: The turn.
        text: The judgement, without surrounding blanks.
    """

    turn: Turn
    text: str


@dataclass(frozen=True, slots=True)
class ProviderSwitched:
    """Another provider is asked from now on.

    Attributes:
        source: What switches, such as ``"llm"``.
        provider: Name of the one that is asked now.
        previous: Name of the one that was asked before.
        reason: Whether the other one failed, the first one is given another chance, or somebody
            asked for it.
    """

    source: str
    provider: str
    previous: str
    reason: Literal["failed", "recovered", "asked"]


__all__ = ["Evaluation", "ProviderSwitched"]

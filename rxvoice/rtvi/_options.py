"""What a client is told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from ._messages import PROTOCOL_VERSION

Level: TypeAlias = Literal["disabled", "id", "name", "arguments", "full"]
"""How much of a function's calls is told: nothing, the id, also the name, the arguments, all."""

LEVELS: Final[tuple[Level, ...]] = get_args(Level)

OTHERS: Final = "*"
"""Stands for all functions that are not named."""

Version: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What a client is told of a session, and in which version of the protocol.

    Attributes:
        version: That of the client.
        levels: How much is told of calls, by the name of the function; ``"*"`` for all others,
            of which the id is told unless it says otherwise. A function that the client runs has
            to be at ``"arguments"`` at least.
        ignored: Sources and stages of which nothing is told.
        metrics: Whether measurements and what providers used are told.
        vad: Whether sounds like speech are told, also those that start no turn.
        markers: Whether the model's judgements of turns are told.
        raw_text: Whether texts are told by the names, too, that RTVI 2.2 has for those who look
            into providers.
        level_every: Seconds of audio between two audio levels; 0 for none.
        bot_audio: Whether the bot's audio is told as messages, as evaluation runners want it.

    Raises:
        ValueError: When a level does not exist or a number is out of range.
    """

    version: Version = PROTOCOL_VERSION
    levels: Mapping[str, Level] = field(default_factory=dict[str, Level])
    ignored: frozenset[str] = frozenset()
    metrics: bool = True
    vad: bool = False
    markers: bool = False
    raw_text: bool = False
    level_every: float = 0.0
    bot_audio: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", dict(self.levels))
        object.__setattr__(self, "ignored", frozenset(self.ignored))
        for name, level in self.levels.items():
            if level not in LEVELS:
                raise ValueError(f"{name} must be one of {', '.join(LEVELS)}, got {level!r}")
        if not 0.0 <= self.level_every < math.inf:
            raise ValueError(f"level_every must be finite and not negative, got {self.level_every}")

    @property
    def is_legacy(self) -> bool:
        """Whether the client speaks 1.x."""
        return self.version[0] == 1

    @property
    def has_raw_text(self) -> bool:
        """Whether the client is told, and knows, the names of texts for those who look in."""
        return self.raw_text and self.version >= (2, 2, 0)

    def level(self, function: str) -> Level:
        """Return how much is told of the calls of a function."""
        return self.levels.get(function, self.levels.get(OTHERS, "id"))


__all__ = ["LEVELS", "OTHERS", "Level", "Reports", "Version"]

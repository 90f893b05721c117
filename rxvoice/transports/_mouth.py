"""What is said to a far end: which item leaves when."""

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Final

from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AudioFrame,
    BotSpeechStopped,
    ClearAudio,
    ReplyEnded,
    SendMessage,
    To,
)

from ._early import Early
from ._player import Player
from ._way_out import WayOut

logger = logging.getLogger(__name__)

FADE: Final = 0.02
"""Seconds from `ClearAudio` to audio that is the end of what was said, falling to silence."""

NOTHING: Final = 1e-6
"""Seconds of audio by which sums of floats may differ."""

DESTINATIONS: Final = 100
"""Unknown ones that are complained of."""


class Mouth:
    """Lets audio leave at the speed of playback, and everything else before or behind it.

    Args:
        out: The way to the far end.
        clock: Of the session.
        name: Told in logs.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait.
        heard: Is told how far the far end has heard the bot; None when it tells so itself.

    Attributes:
        capacity: As given.
    """

    def __init__(
        self,
        out: WayOut,
        clock: LoopScheduler,
        name: str,
        *,
        packet: float,
        capacity: float,
        heard: Callable[[float], None] | None,
    ) -> None:
        self.capacity: float = capacity
        self._out = out
        self._clock = clock
        self._name = name
        self._player = Player(
            clock, self._leave_player, packet=packet, capacity=capacity, heard=heard
        )
        self._early: Early | None = Early(capacity)
        self._dropped = 0.0
        self._unknown: set[str] = set()
        self._cleared = -math.inf
        self._is_fade = False

    @property
    def waiting(self) -> float:
        """Seconds of audio that were not said yet."""
        early = 0.0 if self._early is None else self._early.waiting
        return self._player.waiting + early

    @property
    def dropped(self) -> float:
        """Seconds of audio that were too much."""
        early = self._dropped if self._early is None else self._early.dropped
        return self._player.dropped + early

    def take(self, item: object) -> None:
        """Say an item, once the far end is ready."""
        if self._out.gone.over:
            return
        if self._early is not None:
            self._early.put(item)
        else:
            self._say(item)

    def begin(self) -> None:
        """Say what waited until the far end was ready."""
        early, self._early = self._early, None
        if early is not None:
            self._dropped = early.dropped
            for item in early.taken():
                self.take(item)

    async def until_silent(self) -> None:
        """Wait until the far end has heard all, or will hear no more."""
        silent = asyncio.Event()
        self._out.gone.when(silent.set)
        self._player.when_idle(silent.set)
        await silent.wait()

    def close(self) -> None:
        """Say nothing more."""
        self._player.close()

    def report(self) -> None:
        """Log what was not said."""
        seconds, packets = self.dropped, self._out.dropped
        if seconds or packets:
            dropped = {"transport": self._name, "seconds": seconds, "packets": packets}
            logger.warning("audio was dropped", extra=dropped)

    def _say(self, item: object) -> None:
        match item:
            case AudioFrame():
                self._is_fade = self._clock.now_seconds - self._cleared < FADE
                self._player.take(item)
            case ClearAudio():
                self._cleared = self._clock.now_seconds
                # First what was said is forgotten, so that nothing that waits behind it brings
                # the last of it along.
                self._out.clear_sound()
                self._out.put(item)
                self._player.clear()
            case BotSpeechStopped() | ReplyEnded() | SendMessage(urgent=False):
                self._player.put_behind(item)
            case To():
                self._complain_of(item.destination)
            case _:
                self._out.put(item, urgent=isinstance(item, SendMessage))

    def _leave_player(self, item: object) -> None:
        sound = isinstance(item, AudioFrame)
        ends = isinstance(item, BotSpeechStopped | ReplyEnded) or self._player.waiting < NOTHING
        if not sound and ends:  # what the codec holds back is before it, too
            self._out.flush()
        self._out.put(item, sound=sound)
        if self._is_fade and self._player.waiting < NOTHING:  # nothing follows for now
            self._out.flush()

    def _complain_of(self, destination: str) -> None:
        if destination not in self._unknown and len(self._unknown) < DESTINATIONS:
            self._unknown.add(destination)
            told = {"transport": self._name, "destination": destination}
            logger.warning("there is no such destination", extra=told)


__all__ = ["Mouth"]

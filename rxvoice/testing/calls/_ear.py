"""What a user hears of the bot."""

import asyncio
import math
from collections.abc import Callable

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, ClearAudio, Event, Word

SAME = 1e-6
"""Seconds; times are sums of floats."""


class Ear:
    """Hears the bot, and lets somebody wait for what it hears.

    Args:
        clock: The session's clock.

    Attributes:
        words: The bot's words, in order.
        voice_end: When the sound that came so far will have been heard.
    """

    def __init__(self, clock: LoopScheduler) -> None:
        self.words: list[str] = []
        self.voice_end = -math.inf
        self._clock = clock
        self._for_sound: list[asyncio.Future[None]] = []
        self._for_words: list[asyncio.Future[None]] = []

    @property
    def is_hearing(self) -> bool:
        """Whether the bot is being heard right now."""
        return self._clock.now_seconds < self.voice_end - SAME

    def listen(self, item: Event) -> None:
        """Hear what the agent does."""
        match item:
            case AudioFrame(end=end) if end > self.voice_end:
                begins = not self.is_hearing
                self.voice_end = end
                if begins:  # sound that goes on is no news to anybody
                    _wake(self._for_sound)
            case ClearAudio():
                self.voice_end = min(self.voice_end, self._clock.now_seconds)
                _wake(self._for_sound)
            case Word(text=text):
                self.words.append(text)
                _wake(self._for_words)
            case _:
                pass

    async def sleep(self, due: float) -> None:
        """Wait until a time has come."""
        await self._wait(due, [])

    async def is_silent(self, seconds: float, by: float = math.inf) -> bool:
        """Wait until there was no sound for a while; return whether it was so by some time."""
        while (now := self._clock.now_seconds) < (due := self.voice_end + seconds) - SAME:
            if now >= by - SAME:
                return False
            await self._wait(min(due, by), self._for_sound)
        return True

    async def has_sound(self, by: float) -> bool:
        """Wait for sound; return whether it came by some time."""
        return await self._until(lambda: self.is_hearing, by, self._for_sound)

    async def has_words(self, count: int, by: float) -> bool:
        """Wait until there are so many words; return whether they came by some time."""
        return await self._until(lambda: len(self.words) >= count, by, self._for_words)

    async def _until(
        self, done: Callable[[], bool], by: float, waiting: list[asyncio.Future[None]]
    ) -> bool:
        while not done():
            if self._clock.now_seconds >= by - SAME:
                return False
            await self._wait(by, waiting)
        return True

    async def _wait(self, due: float, waiting: list[asyncio.Future[None]]) -> None:
        """Wait until a time has come, or those who wait likewise are woken."""
        future: asyncio.Future[None] = self._clock.loop.create_future()
        waiting.append(future)
        timer = self._clock.call_at(due, lambda: future.done() or future.set_result(None))
        try:
            await future
        finally:
            timer.dispose()
            if future in waiting:
                waiting.remove(future)


def _wake(waiting: list[asyncio.Future[None]]) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(None)
    waiting.clear()

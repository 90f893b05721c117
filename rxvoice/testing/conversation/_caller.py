"""A user who acts by what they hear."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeAlias

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, ClearAudio, Event, Word
from rxvoice.testing.conversation._line import Line

_SAME = 1e-6


class Caller:
    """The user of a call, as a coroutine writes it; made by `conversation` and `simulate`.

        async def caller(user: Caller) -> None:
            await user.says("I'd like a table for two.")
            await user.hears_words(3)
            await user.says("For four, sorry.")
            await user.hears_all()

    They hang up when the coroutine returns.

    Args:
        line: What they do goes here.
        clock: The session's clock.
        random: Where whatever is left to chance comes from.

    Attributes:
        random: As given.
        word: Seconds that a word takes.
        recognition: Seconds from the end of a word, or of the speech, to its transcript.
        heard: The bot's words, in order.
    """

    def __init__(self, line: Line, clock: LoopScheduler, random: Random) -> None:
        self.random: Random = random
        self.word: float = 0.3
        self.recognition: float = 0.2
        self.heard: list[str] = []
        self._line = line
        self._clock = clock
        self._voice_end = -math.inf
        self._waiting: dict[asyncio.Future[None], None] = {}

    @property
    def now(self) -> float:
        """Seconds since the call began."""
        return self._clock.now_seconds

    @property
    def hears_bot(self) -> bool:
        """Whether the bot is being heard right now."""
        return self.now < self._voice_end - _SAME

    async def waits(self, seconds: float) -> None:
        """Do nothing for a while."""
        due = self.now + seconds
        while self.now < due - _SAME:
            await self._change(due)

    async def says(self, text: str, *, heard_as: str | None = None) -> None:
        """Speak, word by word; return when the last word was said.

        Interim transcripts come word by word, the final one ``recognition`` after the end.

        Args:
            text: What they say.
            heard_as: What the recogniser understands in the end; the text unless given.
        """
        words = text.split()
        if not words:
            raise ValueError("text must hold a word")
        line = self._line
        line.speak()
        began = self.now
        for index in range(len(words)):
            await self.waits(self.word)
            if index + 1 < len(words):
                self._transcript(" ".join(words[: index + 1]), began, is_final=False)
        line.pause()
        self._transcript(text if heard_as is None else heard_as, began, is_final=True)

    async def coughs(self, duration: float = 0.3) -> None:
        """Make a noise in which the recogniser finds no words."""
        self._line.speak()
        began = self.now
        await self.waits(duration)
        self._line.pause()
        self._transcript("", began, is_final=True)

    async def presses(self, keys: str, *, every: float = 0.25) -> None:
        """Press keys of the telephone."""
        for key in keys:
            self._line.press(key)
            await self.waits(every)

    async def hears_voice(self, *, patience: float = 20.0) -> bool:
        """Wait until the bot is heard; return whether it was in time."""
        return await self._until(lambda: self.hears_bot, patience)

    async def hears_words(self, count: int, *, patience: float = 20.0) -> bool:
        """Wait until so many more words of the bot were heard; return whether it was in time."""
        enough = len(self.heard) + count
        return await self._until(lambda: len(self.heard) >= enough, patience)

    async def hears_all(self, *, silence: float = 0.7, patience: float = 20.0) -> bool:
        """Wait until the bot has spoken and then been silent for a while.

        Args:
            silence: Seconds.
            patience: Seconds without a sound of the bot after which they wait no longer.

        Returns:
            Whether the bot was heard at all.
        """
        if not await self.hears_voice(patience=patience):
            return False
        while self.now < self._voice_end + silence - _SAME:
            await self._change(self._voice_end + silence)
        return True

    def listen(self, item: Event) -> None:
        """Hear what the agent does; told by who made the caller."""
        match item:
            case AudioFrame():
                self._voice_end = max(self._voice_end, item.end)
            case ClearAudio():
                self._voice_end = min(self._voice_end, self.now)
            case Word():
                self.heard.append(item.text)
            case _:
                return
        self._wake()

    def _transcript(self, text: str, began: float, *, is_final: bool) -> None:
        end = self.now
        self._line.plan(
            end + self.recognition,
            lambda: self._line.hear(text, is_final=is_final, pts=began, end=end),
        )

    async def _until(self, done: Callable[[], bool], patience: float) -> bool:
        due = self.now + patience
        while not done():
            if self.now >= due - _SAME:
                return False
            await self._change(due)
        return True

    async def _change(self, due: float) -> None:
        """Wait until something is heard, or a time has come."""
        waiting: asyncio.Future[None] = self._clock.loop.create_future()
        self._waiting[waiting] = None
        timer = self._clock.call_at(due, lambda: waiting.done() or waiting.set_result(None))
        try:
            await waiting
        finally:
            timer.dispose()
            self._waiting.pop(waiting, None)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in waiting:
            if not future.done():
                future.set_result(None)


Behaviour: TypeAlias = Callable[[Caller], Awaitable[None]]
"""What a user does in a call."""

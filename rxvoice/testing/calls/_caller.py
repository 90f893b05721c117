"""A user who acts by what they hear."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import TypeAlias

from rxvoice.clock import LoopScheduler
from rxvoice.items import Event
from rxvoice.testing.calls._act import Act, Intent, Recogniser
from rxvoice.testing.calls._ear import SAME, Ear
from rxvoice.testing.calls._line import Line


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
        recogniser: What is understood, and when; all of it after ``recognition`` unless given.
        acts: What they meant to do, in order.
    """

    def __init__(self, line: Line, clock: LoopScheduler, random: Random) -> None:
        self.random: Random = random
        self.word: float = 0.3
        self.recognition: float = 0.2
        self.recogniser: Recogniser | None = None
        self.acts: list[Act] = []
        self._line = line
        self._clock = clock
        self._ear = Ear(clock)
        self._answered = 0.0
        self._answers: deque[Callable[[], object]] = deque()

    @property
    def now(self) -> float:
        """Seconds since the call began."""
        return self._clock.now_seconds

    @property
    def hears_bot(self) -> bool:
        """Whether the bot is being heard right now."""
        return self._ear.is_hearing

    @property
    def heard(self) -> list[str]:
        """The bot's words, in order."""
        return self._ear.words

    @property
    def is_connected(self) -> bool:
        """Whether the call goes on."""
        return self._line.is_open

    async def waits(self, seconds: float) -> None:
        """Do nothing for a while.

        Raises:
            ValueError: When the time is negative or not a number.
        """
        if not seconds > -SAME:
            raise ValueError(f"seconds must not be negative, got {seconds}")
        if seconds > SAME:
            await self._ear.sleep(self.now + seconds)

    async def says(
        self,
        text: str,
        *,
        heard_as: str | None = None,
        pauses: Mapping[int, float] | None = None,
        intent: Intent | None = None,
    ) -> None:
        """Speak, word by word; return when the last word was said.

        Interim transcripts come word by word, the final one ``recognition`` after the end; so it is
        for each part when there are pauses.

        Args:
            text: What they say.
            heard_as: What the recogniser understands in the end; the text unless given.
            pauses: Seconds of silence after so many words, in mid-sentence.
            intent: What they mean by it; ``interrupts`` or ``says`` unless given, according to
                whether the bot is being heard.

        Raises:
            ValueError: When there is no word, or a pause is not between two words.
        """
        words = text.split()
        pauses = pauses or {}
        if not words:
            raise ValueError("text must hold a word")
        if pauses and heard_as is not None:
            raise ValueError("heard_as cannot go with pauses")
        if any(not 0 < after < len(words) for after in pauses):
            raise ValueError(f"pauses must lie between two of {len(words)} words, got {pauses}")
        act = self._begin(intent or ("interrupts" if self.hears_bot else "says"), text)
        ends = [*sorted(pauses), len(words)]
        for first, last in zip([0, *ends], ends, strict=False):
            part = " ".join(words[first:last])
            await self._speaks(act, words[first:last], part if heard_as is None else heard_as)
            if last < len(words):
                await self.waits(pauses[last])
        act.end = self.now

    async def _speaks(self, act: Act, words: list[str], heard_as: str) -> None:
        self._line.speak()
        began = self.now
        for index in range(1, len(words) + 1):
            await self.waits(self.word)
            if index < len(words):
                self._transcript(" ".join(words[:index]), began, is_final=False)
        self._line.pause()
        act.spans.append((began, self.now))
        self._transcript(heard_as, began, is_final=True)

    async def coughs(self, duration: float = 0.3) -> None:
        """Make a noise in which the recogniser finds no words."""
        act = self._begin("coughs", "")
        self._line.speak()
        await self.waits(duration)
        self._line.pause()
        act.end = self.now
        act.spans.append((act.begin, act.end))
        self._transcript("", act.begin, is_final=True)

    async def presses(self, keys: str, *, every: float = 0.25) -> None:
        """Press keys of the telephone."""
        act = self._begin("presses", keys)
        for key in keys:
            self._line.press(key)
            await self.waits(every)
        act.end = self.now

    async def hears_voice(self, *, patience: float = 20.0) -> bool:
        """Wait until the bot is heard; return whether it was in time."""
        return await self._ear.has_sound(self.now + patience)

    async def hears_words(self, count: int, *, patience: float = 20.0) -> bool:
        """Wait until so many more words of the bot were heard; return whether it was in time."""
        return await self._ear.has_words(len(self.heard) + count, self.now + patience)

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
        await self.hears_end(silence=silence)
        return True

    async def hears_end(self, *, silence: float = 0.7) -> None:
        """Wait until the bot has been silent for so many seconds; not at all when it has been."""
        await self._ear.is_silent(silence)

    async def hears_for(
        self, seconds: float, *, silence: float = 0.7, patience: float = 20.0
    ) -> bool:
        """Wait until the bot has been heard for a while; return whether it was.

        Args:
            seconds: How long it has to be heard, from its next sound on.
            silence: Seconds without a sound after which they take it that the bot has finished.
            patience: Seconds to its first sound after which they wait no longer.
        """
        if not await self.hears_voice(patience=patience):
            return False
        return not await self._ear.is_silent(silence, by=self.now + seconds) and self.hears_bot

    def listen(self, item: Event) -> None:
        """Hear what the agent does; told by who made the caller."""
        self._ear.listen(item)

    def _begin(self, intent: Intent, text: str) -> Act:
        act = Act(intent, self.now, text=text)
        self.acts.append(act)
        return act

    def _transcript(self, text: str, began: float, *, is_final: bool) -> None:
        end = self.now
        heard: str | Exception | None = text
        delay = self.recognition
        if self.recogniser is not None:
            heard, delay = self.recogniser(text, is_final)

        def come() -> None:
            if isinstance(heard, Exception):
                self._line.deafen(heard)
            elif heard is not None:
                self._line.hear(heard, is_final=is_final, pts=began, end=end)

        if heard is not None:
            # A recogniser answers in order, however long each answer takes.
            self._answered = max(self._answered, end + delay)
            self._answers.append(come)
            self._line.plan(self._answered, lambda: self._answers.popleft()())


Behaviour: TypeAlias = Callable[[Caller], Awaitable[None]]
"""What a user does in a call."""

"""One context of a voice: what is sent, what comes, and when it is over."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from rxvoice.errors import AudioFormatError, ProviderError, ProviderTimeout
from rxvoice.items import AudioFrame, Fault, Sentence, Usage, Word
from rxvoice.providers._voice import (
    Audio,
    Done,
    Failed,
    SentenceDone,
    VoiceDialect,
    VoiceEvent,
    Words,
)
from rxvoice.providers._voice_line import VoiceLine
from rxvoice.providers._voice_script import Change, Script
from rxvoice.providers._voice_sound import Sound
from rxvoice.providers._websocket import Closed

VoiceItem: TypeAlias = AudioFrame | Word | Fault | Usage

_HOLDING: Final = 0.1
"""Seconds that audio waits for its words."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reply waits.

    Attributes:
        silence: Seconds without audio, when all text was sent, after which a reply is over that
            the server does not end.
        answer: Seconds without anything, when something was sent, after which it has failed.
        attempts: How often in a row a context may fail without having spoken.
    """

    silence: float = 3.0
    answer: float = 10.0
    attempts: int = 3


class VoiceContext:
    """Speaks what is next in a script, on one context of a websocket.

    Args:
        dialect: How the voice is spoken to.
        line: The websocket, which is open.
        script: What is to be said.
        sound: Puts the reply's sound together.
        patience: How long it is waited for.

    Attributes:
        dialect: As given.
        following: How it is spoken to in the context that follows.
        told: What is to be told besides.
    """

    def __init__(
        self,
        dialect: VoiceDialect,
        line: VoiceLine,
        script: Script,
        sound: Sound,
        patience: Patience,
    ) -> None:
        self.dialect = dialect
        self.following = dialect
        self.told: list[Fault | Usage] = []
        self._line = line
        self._seat = line.sit()
        self._script = script
        self._sound = sound
        self._patience = patience
        self._asked = self._came = 0.0
        self._owes = self._sent_all = False
        self._held_since: float | None = None
        self._pieces = 0
        script.rewind()
        sound.begin(dialect)

    @property
    def begun(self) -> bool:
        """Whether the server knows of it."""
        return self._seat.begun

    def leave(self) -> None:
        """End it, at once: nobody wants the rest.

        Where the server has told of all that it was given that it was spoken, there is none.
        """
        if self._tells and not self._script.given:
            self._seat.done = True
        self._line.leave(self._seat)

    async def run(self) -> AsyncGenerator[VoiceItem]:
        """Speak until all is spoken that belongs to it.

        Raises:
            ProviderError: When it fails.
        """
        name = f"{self.dialect.provider}: send"
        sending = asyncio.create_task(self._send(), name=name)
        sending.add_done_callback(lambda _: self._seat.nudge())
        try:
            while True:
                event = await self._next(sending)
                for item in (*self._told_so_far(), *self._items(event)):
                    yield item
                for frame in self._let_go_in_time():
                    yield frame
                is_silent = event is None and self._is_silent()
                if is_silent and not self._sent_all:
                    for frame in self._sound.sentence_done():
                        yield frame
                    continue
                if isinstance(event, Done) or self._is_spoken or is_silent:
                    for frame in self._ended(told=not is_silent):
                        yield frame
                    self._seat.done = True
                    for told in self._told_so_far():
                        yield told
                    return
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await sending
            self.leave()

    async def _next(self, sending: "asyncio.Task[None]") -> VoiceEvent | None:
        """Return the next event; None when it is time to look around.

        Raises:
            ProviderError: When the server gives nothing, or no more.
        """
        if self._script.error is not None:
            raise self._script.error
        error = sending.exception() if sending.done() and not sending.cancelled() else None
        if error is not None and not isinstance(error, Closed):  # of that the line tells
            raise error
        now = asyncio.get_running_loop().time()
        if self._held_since is not None:
            patience: float | None = max(0.0, self._held_since + _HOLDING - now)
        elif self._sent_all and not self._seat.begun:
            patience = 0.0
        elif self._is_ending or self._is_waiting:
            patience = max(0.0, self._since + self._patience.silence - now)
        elif self._owes:
            patience = max(0.0, self._asked + self._patience.answer - now)
        else:
            patience = None
        event = await self._seat.next(patience)
        if isinstance(event, Audio):
            self._came = asyncio.get_running_loop().time()
            self._owes = False
        return event

    def _let_go_in_time(self) -> Iterator[AudioFrame]:
        """Give audio that has waited for its words for long enough."""
        now = asyncio.get_running_loop().time()
        if not self._sound.holds:
            self._held_since = None
        elif self._held_since is None:
            self._held_since = now
        elif now >= self._held_since + _HOLDING - 1e-6:
            self._held_since = None
            yield from self._sound.let_go()

    def _told_so_far(self) -> "Iterator[Fault | Usage]":
        told, self.told = self.told, []
        yield from told

    def _use(self, characters: int) -> None:
        if characters:
            self.told.append(Usage(self.dialect.provider, characters=characters))

    def _items(self, event: VoiceEvent | None) -> Iterator[VoiceItem]:
        match event:
            case Audio():
                yield from self._played(event.data)
            case Words():
                yield from self._sound.words(event)
            case SentenceDone():
                yield from self._sound.sentence_done()
            case Failed():
                raise event.error
            case Fault():
                yield event
            case Done():
                yield from self._sound.let_go()
            case _:
                pass

    def _played(self, data: bytes) -> Iterator[AudioFrame]:
        try:
            yield from self._sound.audio(data)
        except AudioFormatError as error:
            message = "the server's audio cannot be played"
            provider = self.dialect.provider
            raise ProviderError(message, provider=provider, retryable=False, fatal=False) from error

    def _ended(self, *, told: bool) -> Iterator[AudioFrame]:
        """Give the rest. Where the server has not told of the end, one may have missed that."""
        if told or not self._line.garbled:
            yield from self._sound.context_done(all_sent=self._sent_all)
        else:
            yield from self._sound.all_done()

    def _is_silent(self) -> bool:
        """Return whether nothing more will come; an answer that is overdue is an error."""
        now = asyncio.get_running_loop().time()
        if self._sent_all and not self._seat.begun:
            return True
        if self._is_ending or self._is_waiting:
            return now >= self._since + self._patience.silence - 1e-6
        if self._owes and now >= self._asked + self._patience.answer - 1e-6:
            message = f"the server gave nothing for {self._patience.answer:g} s"
            raise ProviderTimeout(message, provider=self.dialect.provider)
        return False

    @property
    def _is_spoken(self) -> bool:
        """Whether the server has said of every sentence that it was spoken."""
        return self._tells and self._sent_all and not self._script.given

    @property
    def _tells(self) -> bool:
        """Whether the server tells of each sentence, and needs not be told that no more come."""
        return self.dialect.marks and not self.dialect.ends

    @property
    def _is_ending(self) -> bool:
        return self._sent_all and self._sound.heard and not self._owes

    @property
    def _is_waiting(self) -> bool:
        """Whether it is waited for the end of a sentence, so that the next may be sent."""
        return self._script.waits and self._sound.heard and not self._owes

    @property
    def _since(self) -> float:
        return max(self._came, self._asked)

    async def _send(self) -> None:
        dialect, line, seat, whole = self.dialect, self._line, self._seat, True
        gathered, ends = 0, None
        entry = None
        while not line.spent:
            try:
                async with asyncio.timeout_at(ends):
                    entry = await self._script.next(alone=dialect.alone)
            except TimeoutError:
                entry = None
                break
            if seat.left:
                return
            if not isinstance(entry, Sentence):
                break
            too_long = gathered and 0 < dialect.longest < gathered + len(entry.text)
            if too_long or (seat.begun and entry.piece == whole):
                self._script.put_back()
                break
            if not seat.begun:
                seat.begun = True
                now = asyncio.get_running_loop().time()
                ends = None if dialect.lasts is None else now + dialect.lasts
                await line.send(dialect.begin(seat.context))
            whole = not entry.piece
            gathered = 0 if whole else gathered + len(entry.text)
            if whole:
                line.ask()
            frames = dialect.speak(seat.context, entry.text, whole=whole)
            await line.send(frames)
            self._use(len(entry.text) if whole else 0)
            self._pieces += 0 if whole else len(entry.text)
            self._owes = True
            self._asked = asyncio.get_running_loop().time()
        if isinstance(entry, Change):
            self.following = entry.dialect
        if seat.begun:
            seat.ended = True
            if gathered:
                line.ask()
            await line.send(dialect.end(seat.context, whole=whole))
            self._asked = asyncio.get_running_loop().time()
        self._use(self._pieces)
        self._pieces = 0
        self._sent_all = True


__all__ = ["Patience", "VoiceContext", "VoiceItem"]

"""One reply of a voice, over as many contexts as it takes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast

from rxvoice.errors import ProviderError, ProviderTimeout
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
from rxvoice.providers._voice_lines import VoiceLines
from rxvoice.providers._voice_script import Change, Script
from rxvoice.providers._voice_seat import Seat
from rxvoice.providers._voice_sound import Sound
from rxvoice.providers._websocket import Closed

VoiceItem: TypeAlias = AudioFrame | Word | Fault | Usage

_HOLDING: Final = 0.1
"""Seconds that audio waits for its words."""

_PAUSE: Final = 0.25
"""Seconds before the second attempt in a row; the first is made at once, later ones wait longer."""


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


class VoiceReply:
    """Speaks a script.

    Args:
        dialect: How the voice is spoken to.
        script: What it is to say.
        patience: How long it is waited for.
    """

    def __init__(self, dialect: VoiceDialect, script: Script, patience: Patience) -> None:
        self._dialect = dialect
        self._wanted = dialect
        self._script = script
        self._patience = patience
        self._sound = Sound(script)
        self._told: list[Fault | Usage] = []
        self._place: tuple[VoiceLine, Seat] | None = None
        self._asked = self._came = 0.0
        self._owes = self._sent_all = False
        self._held_since: float | None = None
        self._pieces = 0

    def change(self, options: Mapping[str, Any]) -> None:
        """Speak with other options what comes from now on."""
        try:
            self._wanted = cast("VoiceDialect", replace(cast("Any", self._wanted), **options))
        except (TypeError, ValueError) as error:
            message = f"the options cannot be changed to {', '.join(options)}: {error}"
            self._told.append(Fault(self._dialect.provider, message, cause=error))
        else:
            self._script.change(self._wanted)

    def abandon(self) -> None:
        """Leave, at once: nobody wants the rest."""
        self._script.on_completed()
        if self._place is not None:
            line, seat = self._place
            line.leave(seat)

    async def run(self, lines: VoiceLines) -> AsyncGenerator[VoiceItem]:
        """Give sound and words until all is spoken.

        Raises:
            ProviderError: When the server cannot be reached, or refuses.
        """
        failures = 0
        while not self._script.empty:
            before = self._sound.end
            try:
                line = lines.take(self._dialect)
                try:
                    if not await self._ready(line):
                        break
                    async with aclosing(self._context(line)) as items:
                        async for item in items:
                            yield item
                finally:
                    lines.tidy()
            except ProviderError as error:
                failures = 1 if self._sound.end > before else failures + 1
                hopeless = error.fatal or not (error.retryable or self._script.given)
                for frame in self._sound.let_go():
                    yield frame
                if hopeless or failures > self._patience.attempts:
                    raise
                if not error.retryable:
                    for frame in self._sound.all_done():
                        yield frame
                again = "what was not spoken is asked for again"
                message = f"{error}; {again if error.retryable else 'it is left out'}"
                yield Fault(self._dialect.provider, message, cause=error)
                pause = max(_PAUSE * (2 ** (failures - 1) - 1), error.retry_after or 0.0)
                await asyncio.sleep(pause)
            if self._script.error is not None:
                raise self._script.error
        if self._script.error is not None:
            raise self._script.error

    async def _ready(self, line: VoiceLine) -> bool:
        """Return whether there may be something to say, when the websocket is open."""
        if line.is_open:
            return True
        line.expected += 1
        opening = asyncio.ensure_future(line.ready())
        ended = asyncio.ensure_future(self._script.ended())
        try:
            while not opening.done():
                waiting = {opening} if ended.done() else {opening, ended}
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if self._script.empty:
                    return False
            await opening
            return True
        finally:
            for task in (opening, ended):
                task.cancel()
            try:
                await asyncio.wait([opening, ended])
            finally:
                line.expected -= 1
            if not opening.cancelled():
                opening.exception()

    async def _context(self, line: VoiceLine) -> AsyncGenerator[VoiceItem]:
        """Speak on one context, until it is done."""
        seat = line.sit()
        self._place = line, seat
        self._script.rewind()
        self._sound.begin(self._dialect)
        self._owes = self._sent_all = False
        name = f"{self._dialect.provider}: send"
        sending = asyncio.create_task(self._send(line, seat), name=name)
        sending.add_done_callback(lambda _: seat.nudge())
        try:
            while True:
                event = await self._next(seat, sending)
                for item in (*self._told_so_far(), *self._items(event)):
                    yield item
                for frame in self._let_go_in_time():
                    yield frame
                if (
                    isinstance(event, Done)
                    or self._is_spoken
                    or (event is None and self._is_over(seat))
                ):
                    for frame in self._sound.context_done(all_sent=self._sent_all):
                        yield frame
                    seat.done = True
                    for told in self._told_so_far():
                        yield told
                    return
        finally:
            self._place = None
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await sending
            line.leave(seat)

    async def _next(self, seat: Seat, sending: "asyncio.Task[None]") -> VoiceEvent | None:
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
        elif self._sent_all and not seat.begun:
            patience = 0.0
        elif self._is_ending:
            patience = max(0.0, self._since + self._patience.silence - now)
        elif self._owes:
            patience = max(0.0, self._asked + self._patience.answer - now)
        else:
            patience = None
        event = await seat.next(patience)
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
        told, self._told = self._told, []
        yield from told

    def _use(self, characters: int) -> None:
        if characters:
            self._told.append(Usage(self._dialect.provider, characters=characters))

    def _items(self, event: VoiceEvent | None) -> Iterator[VoiceItem]:
        match event:
            case Audio():
                yield from self._sound.audio(event.data)
            case Words():
                yield from self._sound.words(event)
            case SentenceDone():
                yield from self._sound.sentence_done()
            case Failed():
                yield from self._sound.let_go()
                raise event.error
            case Fault():
                yield event
            case Done():
                yield from self._sound.let_go()
            case _:
                pass

    def _is_over(self, seat: Seat) -> bool:
        """Return whether nothing more will come; an answer that is overdue is an error."""
        now = asyncio.get_running_loop().time()
        if self._sent_all and not seat.begun:
            return True
        if self._is_ending:
            return now >= self._since + self._patience.silence - 1e-6
        if self._owes and now >= self._asked + self._patience.answer - 1e-6:
            message = f"the server gave nothing for {self._patience.answer:g} s"
            raise ProviderTimeout(message, provider=self._dialect.provider)
        return False

    @property
    def _is_spoken(self) -> bool:
        """Whether the server has said of every sentence that it was spoken."""
        tells = self._dialect.marks and not self._dialect.ends
        return tells and self._sent_all and self._sound.heard and not self._script.given

    @property
    def _is_ending(self) -> bool:
        return self._sent_all and self._sound.heard and not self._owes

    @property
    def _since(self) -> float:
        return max(self._came, self._asked)

    async def _send(self, line: VoiceLine, seat: Seat) -> None:
        dialect, whole = self._dialect, True
        while True:
            entry = await self._script.next(alone=dialect.alone)
            if seat.left:
                return
            if not isinstance(entry, Sentence):
                break
            if not seat.begun:
                seat.begun = True
                await line.send(dialect.begin(seat.context))
            whole = not entry.piece
            frames = dialect.speak(seat.context, entry.text, whole=whole)
            await line.send(frames)
            self._use(len(entry.text) if whole else 0)
            self._pieces += 0 if whole else len(entry.text)
            self._owes = True
            self._asked = asyncio.get_running_loop().time()
        if isinstance(entry, Change):
            self._dialect = entry.dialect
        if seat.begun:
            await line.send(dialect.end(seat.context, whole=whole))
            self._asked = asyncio.get_running_loop().time()
        self._use(self._pieces)
        self._pieces = 0
        self._sent_all = True


__all__ = ["Patience", "VoiceItem", "VoiceReply"]

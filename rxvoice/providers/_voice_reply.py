"""One reply of a voice, over as many contexts as it takes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final, cast

from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._address import check_base
from rxvoice.providers._voice import (
    VoiceDialect,
)
from rxvoice.providers._voice_context import Patience, VoiceContext, VoiceItem
from rxvoice.providers._voice_line import VoiceLine
from rxvoice.providers._voice_lines import VoiceLines
from rxvoice.providers._voice_script import Script
from rxvoice.providers._voice_sound import Sound

_PAUSE: Final = 0.25
"""Seconds before the second attempt in a row; the first is made at once, later ones wait longer."""

_LONGEST_PAUSE: Final = 2.0
"""Seconds to wait at the vendor's wish; with a longer one it is better to ask somebody else."""


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
        self._told: list[Fault] = []
        self._context: VoiceContext | None = None
        self._begun = False  # whether the server knew of the last one

    def change(self, options: Mapping[str, Any]) -> None:
        """Speak with other options what comes from now on."""
        try:
            wanted = cast("VoiceDialect", replace(cast("Any", self._wanted), **options))
            check_base(wanted)
        except (TypeError, ValueError) as error:
            message = f"the options cannot be changed to {', '.join(options)}: {error}"
            self._told.append(Fault(self._dialect.provider, message, cause=error))
        else:
            if wanted != self._wanted:
                self._wanted = wanted
                self._script.change(wanted)

    def abandon(self) -> None:
        """Leave, at once: nobody wants the rest."""
        self._script.on_completed()
        if self._context is not None:
            self._context.leave()

    @property
    def over(self) -> bool:
        """Whether all is spoken."""
        return self._script.empty

    async def run(self, lines: VoiceLines) -> AsyncGenerator[VoiceItem]:
        """Give sound and words until all is spoken, or until the websockets are closed.

        Raises:
            ProviderError: When the server cannot be reached, or refuses.
        """
        failures = 0
        while not (self._script.empty or lines.closed):
            before, self._begun = self._sound.end, False
            try:
                line = lines.take(self._dialect)
                try:
                    if not await self._ready(line):
                        break
                    async with aclosing(self._speak(line)) as items:
                        async for item in items:
                            yield item
                finally:
                    lines.tidy()
            except ProviderError as error:
                failures = 1 if self._sound.end > before else failures + 1
                later = error.retry_after or 0.0
                hopeless = error.fatal or later > _LONGEST_PAUSE
                useless = not (error.retryable or self._script.given or self._begun)
                if hopeless or useless or failures > self._patience.attempts:
                    for frame in self._sound.let_go():
                        yield frame
                    raise
                if not error.retryable:
                    for frame in self._sound.all_done():
                        yield frame
                again = "what was not spoken is asked for again"
                message = f"{error}; {again if error.retryable else 'it is left out'}"
                yield Fault(self._dialect.provider, message, cause=error)
                await asyncio.sleep(max(_PAUSE * (2 ** (failures - 1) - 1), later))
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

    async def _speak(self, line: VoiceLine) -> AsyncGenerator[VoiceItem]:
        """Speak on one context, until it is done."""
        context = VoiceContext(self._dialect, line, self._script, self._sound, self._patience)
        self._context = context
        try:
            async with aclosing(context.run()) as items:
                async for item in items:
                    while self._told:
                        yield self._told.pop(0)
                    yield item
            while self._told:
                yield self._told.pop(0)
        finally:
            self._context = None
            self._begun = context.begun
            self._dialect = context.following


__all__ = ["Patience", "VoiceItem", "VoiceReply"]

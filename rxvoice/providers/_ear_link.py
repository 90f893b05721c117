"""One connection to a recogniser."""

import asyncio
import contextlib
import math
from collections.abc import Iterable
from typing import Final

from rxvoice.errors import ProviderError
from rxvoice.items import SpeechStarted, SpeechStopped
from rxvoice.providers._ear import EarDialect
from rxvoice.providers._ear_memory import Over, Sound, Told
from rxvoice.providers._ear_pauses import Pauses
from rxvoice.providers._ear_requests import Request, Requests
from rxvoice.providers._ear_tape import Tape
from rxvoice.providers._ear_timeline import Timeline
from rxvoice.providers._websocket import Closed, Frame, Received, Wire

FAREWELL: Final = 3.0
"""Seconds without a message, at the end, after which the server is not waited for any more."""

_LAST: Final = 60.0
"""Seconds after the end for which it is waited at most, whatever it says."""

_BRIEF: Final = 0.1
"""Seconds that saying goodbye may take when nobody waits for an answer."""

_NEAR: Final = 1e-5
"""Seconds by which a timer may come too early."""


class Link:
    """Sends a tape on one connection, in a task, and receives.

    Args:
        dialect: How it is spoken to.
        wire: The websocket.
        tape: What is sent.

    Attributes:
        timeline: Where what was sent lies in time.
        asked: What the server has not answered yet.
        speech: Start of the user's speech; None before they spoke.
        speaking: Whether they speak.
        over: Whether all was sent.
        leaving: Whether another connection is wanted, when the user's turn is over.
    """

    def __init__(self, dialect: EarDialect, wire: Wire, tape: Tape) -> None:
        self.timeline = Timeline(dialect.rate)
        self.asked = Requests()
        self.speech: float | None = tape.memory.speech
        self.speaking: bool = self.speech is not None
        self.over: bool = False
        self.leaving: bool = False
        self._dialect = dialect
        self._wire = wire
        self._tape = tape
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        if not dialect.waits:
            self._ready.set()
        self._farewell = self._latest = math.inf
        self._hurried = False
        self._failed: ProviderError | None = None
        self._clock: asyncio.Timeout | None = None
        self._pending = b""
        self._pauses = Pauses(dialect, self._loop.time)
        self._held = tape.memory.held if dialect.resumes else -math.inf
        self._sent = self._now
        tape.failed = self.hurry
        tape.memory.asks = bool(tuple(dialect.finalize()))
        self._sending = asyncio.create_task(self._send(), name=f"{dialect.provider}: send")
        self._sending.add_done_callback(self._sent_all)

    @property
    def finished(self) -> bool:
        """Whether nothing more is to come."""
        if not self.over:
            return False
        return not self.asked if math.isinf(self._farewell) else self._farewell <= self._now

    @property
    def is_idle(self) -> bool:
        """Whether no utterance is under way."""
        return not (self.speaking or self.asked or self.turn)

    @property
    def turn(self) -> bool:
        """Whether the server believes that the user speaks."""
        return self._pauses.turn

    @turn.setter
    def turn(self, value: bool) -> None:
        self._pauses.turn = value
        self._tape.wake()  # whoever waits for audio may wait for less from now on

    def settled(self) -> None:
        """Feed no more silence to what was said: it is final."""
        self._pauses.settled()

    def ready(self) -> None:
        """Begin to send."""
        self._ready.set()

    def hurry(self) -> None:
        """Make `next` return now."""
        self._hurried = True
        self._remind()

    async def next(self) -> Received | None:
        """Return the server's next message; None when something is due.

        Raises:
            Closed: When the connection is gone.
            ProviderError: When something cannot be sent.
        """
        if self._failed is not None:
            raise self._failed
        if self._hurried or self._due() <= self._now:
            self._hurried = False
            return None
        try:
            async with asyncio.timeout_at(_finite(self._due())) as self._clock:
                message = await self._wire.receive()
        except TimeoutError:
            self._hurried = False
            return None
        finally:
            self._clock = None
        if not math.isinf(self._farewell):
            self._farewell = min(_at(self._now + FAREWELL), self._latest)
        return message

    async def aclose(self, *, polite: bool) -> None:
        """Close the connection.

        Args:
            polite: Whether the server is told, and waited for.
        """
        self._sending.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._sending
            if not self.over:
                with contextlib.suppress(Closed, TimeoutError):
                    async with asyncio.timeout(_BRIEF):
                        await self._say(self._dialect.goodbye())
            if polite:
                await self._wire.aclose()
        finally:
            self._wire.drop()

    def _sent_all(self, sending: "asyncio.Task[None]") -> None:
        """Let whoever receives know when sending has failed."""
        error = None if sending.cancelled() else sending.exception()
        if isinstance(error, ProviderError):
            self._failed = error
        elif error is not None:
            message = f"something cannot be sent ({type(error).__name__})"
            self._failed = ProviderError(message, provider=self._dialect.provider, retryable=False)
            self._failed.__cause__ = error
        if error is not None:
            self.hurry()

    async def _say(self, frames: Iterable[Frame]) -> None:
        for frame in frames:
            await self._wire.send(frame)

    async def _send(self) -> None:
        with contextlib.suppress(Closed):  # whoever receives hears of it, too
            await self._say(self._dialect.greet())
            await self._wire.prove()
            await self._ready.wait()
            self._sent = self._now
            while not self.over:
                await self._send_next()
                stopped = self._tape.memory.marked and not self.speaking
                if self.leaving and stopped and self._tape.memory.asks:
                    return  # what comes is for another connection

    async def _send_next(self) -> None:
        entry = await self._tape.next(max(0.0, self._sent + self._pauses.patience - self._now))
        if entry is None and self._now < self._sent + self._pauses.patience - _NEAR:
            return  # it is woken to wait for less
        match entry:
            case None:
                if not self._tape.over:
                    await self._send_nothing()
            case Sound():
                await self._send_sound(entry)
            case SpeechStarted():
                self.speaking, self.speech = True, entry.speech_pts
                self.settled()
                self.asked.speak_again()
            case SpeechStopped():
                self.speaking = False
                await self._finalize()
                if not self._tape.memory.asks:
                    self._pauses.stopped()
            case Told():
                await self._say(entry.frames)
            case Over():
                await self._end()
        self._sent = self._now

    async def _send_sound(self, sound: Sound) -> None:
        if sound.end <= self._held + _NEAR:
            return  # the server has it
        self._pauses.sounded()
        self.timeline.sent(len(sound.pcm) // 2, sound.pts)
        self._pending += sound.pcm
        if len(self._pending) >= round(self._dialect.chunk * self._dialect.rate) * 2:
            await self._flush()

    async def _flush(self) -> None:
        pcm, self._pending = self._pending, b""
        if not pcm:
            return
        short = round(self._dialect.chunk * self._dialect.rate) * 2 - len(pcm)
        if short > 0:
            self.timeline.silent(short // 2)
            pcm += bytes(short)
        await self._wire.send(self._dialect.audio(pcm))

    async def _finalize(self) -> None:
        await self._flush()
        frames = tuple(self._dialect.finalize())
        await self._say(frames)
        if frames:
            due = _at(self._now + self._dialect.latency)
            self.asked.ask(Request(due, self.speech, self.timeline.end))
            self._remind()

    async def _end(self) -> None:
        if self.speaking or not self._tape.memory.marked:
            self.speaking = False
            await self._finalize()
        await self._flush()
        goodbye = tuple(self._dialect.goodbye())
        await self._say(goodbye)
        self.over = True
        self._latest = _at(self._now + _LAST)
        if goodbye or not self.asked:
            self._farewell = _at(self._now + (FAREWELL if goodbye else self._dialect.latency))
        self.hurry()

    async def _send_nothing(self) -> None:
        """Send something in the place of audio: silence, or what else keeps the connection."""
        frames = None if self._pauses.need_silence else self._dialect.keepalive()
        if frames is None:
            await self._flush()
            samples = round(self._pauses.feed() * self._dialect.rate)
            self.timeline.silent(samples)
            frames = (self._dialect.audio(bytes(2 * samples)),)
        await self._say(frames)

    def _due(self) -> float:
        return min(self.asked.due, self._farewell)

    @property
    def _now(self) -> float:
        return self._loop.time()

    def _remind(self) -> None:
        """Let whoever waits for a message wait for less."""
        if self._clock is not None:
            when = self._now if self._hurried else self._due()
            with contextlib.suppress(RuntimeError):  # it has just ended
                self._clock.reschedule(_finite(when))


def _at(when: float) -> float:
    """Return it in whole microseconds, for a timer may come as much too early as it is rounded."""
    return round(when, 6)


def _finite(when: float) -> float | None:
    return None if math.isinf(when) else when


__all__ = ["FAREWELL", "Link"]

"""What a recogniser was sent, until nobody will want it again."""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

from rxvoice.items import SpeechStarted, SpeechStopped
from rxvoice.providers._websocket import Frame

AGAIN: Final = 30.0
"""Seconds of audio that are kept, once sent, for another connection."""

_ONSET: Final = 1.0
"""Seconds before a start of speech that are kept: what came unmarked may begin there."""

_NEAR: Final = 1e-6
"""Seconds by which sums of durations may be off."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Audio.

    Attributes:
        pcm: 16 bit, little-endian, mono.
        pts: Time of the first sample.
        end: Time just after the last.
        seconds: How much it is.
    """

    pcm: bytes
    pts: float
    end: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Told:
    """Frames that are sent between audio."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """The source has ended."""


Entry: TypeAlias = Sound | SpeechStarted | SpeechStopped | Told | Over


class Memory:
    """Keeps what was sent on a connection, for the next one.

    Attributes:
        asks: Whether the end of speech is asked about, so that it takes an answer to settle it.
        marked: Whether the source tells when the user speaks.
        held: Time up to which the server holds what it was sent, for the next connection, too.
        speech: Start of the speech that was under way before all that is kept; None in silence.
        seconds: Audio that is kept.
    """

    def __init__(self) -> None:
        self.asks: bool = True
        self.marked: bool = False
        self.held: float = -math.inf
        self.speech: float | None = None
        self.seconds: float = 0.0
        self._entries: deque[Entry] = deque()
        self._speaking = False
        self._lapsed = 0.0

    @property
    def owed(self) -> bool:
        """Whether there is audio that nobody has recognised yet."""
        return any(isinstance(entry, Sound) for entry in self._entries)

    def keep(self, entry: Entry) -> None:
        """Keep what is sent."""
        if isinstance(entry, Told):
            return
        if isinstance(entry, SpeechStarted):
            if self.asks and not self._speaking and not self._is_stopped:
                self.settle(entry.speech_pts - _ONSET)
            self._speaking = True
        elif isinstance(entry, SpeechStopped):
            self._speaking = False
        self._entries.append(entry)
        if isinstance(entry, Sound):
            self.seconds += entry.seconds
            while self.seconds > AGAIN:
                self._lapsed += self._forget()

    def settle(self, pts: float) -> None:
        """Forget what was sent up to a time, but for what is asked about."""
        self._lapsed = 0.0
        kept = (SpeechStopped, Over) if self.asks else (Over,)
        while self._entries and not isinstance(self._entries[0], kept):
            if isinstance(self._entries[0], Sound) and self._entries[0].end > pts + _NEAR:
                break
            self._forget()

    def settle_before(self, pts: float) -> None:
        """Forget utterances that had ended before a time: the server has come to a later one."""
        ended = done = 0
        for number, entry in enumerate(self._entries, 1):
            if isinstance(entry, SpeechStopped):
                ended = number
            elif isinstance(entry, Sound):
                if entry.pts > pts + _NEAR:
                    break
                done = ended
        for _ in range(done):
            self._forget()

    def settle_stop(self) -> None:
        """Forget the oldest utterance that has ended: it was recognised."""
        if self._is_stopped:
            self._lapsed = 0.0
            while not isinstance(self._entries[0], SpeechStopped):
                self._forget()
            self._forget()

    def settle_silence(self) -> None:
        """Forget what is no part of an utterance, where that is known."""
        if self.marked and not (self._speaking or self._is_stopped):
            self._clear()

    def give_back(self, pending: float | None) -> tuple[list[Entry], float]:
        """Forget everything.

        Args:
            pending: Start of what was told as interim; None when there is no such.

        Returns:
            What is to be sent again, and the seconds of speech that cannot be.
        """
        entries, lapsed, self._lapsed = list(self._entries), self._lapsed, 0.0
        if not self.marked:
            first = next((entry.pts for entry in entries if isinstance(entry, Sound)), 0.0)
            lapsed = 0.0 if pending is None else min(lapsed, max(0.0, first - pending))
        elif self.speech is None:
            lapsed = 0.0
        speech = self.speech
        self._clear()
        self.speech, self._speaking = speech, speech is not None
        return entries, lapsed

    @property
    def _is_stopped(self) -> bool:
        return any(isinstance(entry, SpeechStopped) for entry in self._entries)

    def _clear(self) -> None:
        while self._entries:
            self._forget()
        self.seconds = self._lapsed = 0.0

    def _forget(self) -> float:
        """Forget the oldest, and return the seconds of audio that it was."""
        entry = self._entries.popleft()
        match entry:
            case Sound():
                self.seconds -= entry.seconds
                return entry.seconds
            case SpeechStarted():
                self.speech = entry.speech_pts
            case SpeechStopped():
                self.speech = None
            case _:
                pass
        return 0.0


__all__ = ["AGAIN", "Entry", "Memory", "Over", "Sound", "Told"]

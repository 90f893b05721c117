"""What a recogniser has not answered yet."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from rxvoice.contracts import Heard
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped, Transcript

IDLE = 1.0
"""Seconds of audio that are kept while nobody speaks, as the beginning of the next speech."""

CHUNK = 0.25
"""Seconds of audio that are given again at once; small frames would fill the queues of others."""

NEAR = 0.1
"""Seconds by which a transcript may end before the speech that it answers."""

_ROUNDING = 1e-6


class UnansweredAudio:
    """Audio and speech marks since the last final transcript, in order.

    Args:
        longest: Seconds of audio; the oldest goes when more comes.

    Attributes:
        dropped: Seconds of audio that went since the last answer.
        marked: Whether there were marks of speech.
        heard: How many frames and marks were answered so far.
    """

    def __init__(self, longest: float) -> None:
        self.dropped = 0.0
        self.heard = 0
        self._longest = longest
        self._items: deque[Heard] = deque()
        self._length = 0.0
        self._marks = 0  # that are among the items
        self._open: SpeechStarted | None = None  # its end is still among the items, or to come
        self.marked = False

    @property
    def owed(self) -> bool:
        """Whether somebody speaks, or has spoken, and there was no final transcript yet."""
        return self._open is not None or self._marks > 0 or not self.marked

    def take(self, item: Heard) -> None:
        """Take what the recogniser is given."""
        self._items.append(item)
        if isinstance(item, AudioFrame):
            self._length += item.duration
        else:
            self.marked = True
            self._marks += 1
        waits = self._open is not None or self._marks > 0
        longest = self._longest if waits or not self.marked else min(IDLE, self._longest)
        while self._length > longest + _ROUNDING:
            lost = self._pop()
            if waits and isinstance(lost, AudioFrame):
                self.dropped += lost.duration

    def answered(self, transcript: Transcript) -> None:
        """Forget what a final transcript answers.

        That is what lies before its end. When it does not tell its times, it is all up to the first
        end of speech, or everything while that is to come.
        """
        cut = 0
        for place, item in enumerate(self._items):
            if isinstance(item, SpeechStopped):
                if transcript.end <= 0.0:
                    cut = place + 1
                    break
                if item.speech_pts <= transcript.end + NEAR:
                    cut = place + 1
            elif isinstance(item, AudioFrame) and (
                transcript.end <= 0.0 or item.end <= transcript.end + _ROUNDING
            ):
                cut = place + 1
        for _ in range(cut):
            self._pop()
        self.heard += cut
        self.dropped = 0.0

    def replay(self) -> Sequence[Heard]:
        """Return what has to be given to another recogniser."""
        given: list[Heard] = [] if self._open is None else [self._open]
        chunk: list[AudioFrame] = []
        for item in self._items:
            if isinstance(item, AudioFrame) and _fits(chunk, item):
                chunk.append(item)
                continue
            given += _joined(chunk)
            chunk = []
            if isinstance(item, AudioFrame):
                chunk.append(item)
            else:
                given.append(item)
        return [*given, *_joined(chunk)]

    def _pop(self) -> Heard:
        item = self._items.popleft()
        if isinstance(item, AudioFrame):
            self._length -= item.duration
        else:
            self._marks -= 1
            self._open = item if isinstance(item, SpeechStarted) else None
        return item


def _fits(chunk: list[AudioFrame], frame: AudioFrame) -> bool:
    if not chunk:
        return True
    first, last = chunk[0], chunk[-1]
    follows = frame.rate == last.rate and abs(frame.pts - last.end) < NEAR / 10
    return follows and frame.end - first.pts <= CHUNK + _ROUNDING


def _joined(chunk: list[AudioFrame]) -> list[AudioFrame]:
    if len(chunk) < 2:
        return chunk
    samples = np.concatenate([frame.samples for frame in chunk])
    return [AudioFrame(samples, chunk[0].rate, chunk[0].pts)]


__all__ = ["UnansweredAudio"]

"""The audio before a turn."""

from collections import deque

from rxvoice.items import AudioFrame


class LastAudio:
    """The last seconds of audio, in whole frames."""

    def __init__(self) -> None:
        self._frames: deque[AudioFrame] = deque()
        self._length = 0.0

    def add(self, frame: AudioFrame, longest: float) -> None:
        """Keep a frame, and forget what is not needed for the last ``longest`` seconds."""
        self._frames.append(frame)
        self._length += frame.duration
        while self._length - self._frames[0].duration >= longest:
            self._length -= self._frames.popleft().duration

    def take(self) -> deque[AudioFrame]:
        """Return the frames and forget them."""
        frames, self._frames, self._length = self._frames, deque(), 0.0
        return frames

"""From audio and speech marks to whole utterances."""

from dataclasses import dataclass

from rxvoice.contracts import Heard
from rxvoice.items import AudioFrame, SpeechStarted, SpeechStopped
from rxvoice.operators._audio_span import AudioSpan

MAX_LAG = 1.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """Audio to be recognised.

    Attributes:
        audio: One frame for each stretch of one sample rate; none when there was no audio.
        end: End of the speech.
    """

    audio: tuple[AudioFrame, ...]
    end: float

    @property
    def pts(self) -> float:
        """Start of the audio."""
        return self.audio[0].pts if self.audio else self.end


class UtteranceCutter:
    """Cuts one stream, to the sample, so that the size of its frames does not matter.

    Args:
        prefix_padding: Seconds before `SpeechStarted` that belong to an utterance.
        max_duration: Seconds after which an utterance is cut.

    Attributes:
        fresh: Seconds of audio after `SpeechStarted` that `so_far` has not returned yet.
        asked: Whether `so_far` is going to be called.
    """

    def __init__(self, prefix_padding: float, max_duration: float) -> None:
        self.fresh = 0.0
        self.asked = False
        self._prefix_padding = prefix_padding
        self._max_duration = max_duration
        self._span = AudioSpan()
        self._speaking = False
        self._started = 0.0

    def take(self, item: Heard) -> tuple[Utterance, ...]:
        """Take an item and return the utterances that it ends: one at most, as a rule."""
        match item:
            case AudioFrame():
                return self._hear(item)
            case SpeechStarted(pts=pts):
                if not self._speaking:
                    self._speaking, self._started, self.fresh = True, pts, 0.0
                    self._span.begin(pts - self._prefix_padding)
                return ()
            case SpeechStopped():
                return self._stop(item.pts, item.speech_pts)

    def flush(self) -> tuple[Utterance, ...]:
        """Return the utterance that is under way."""
        return self._stop(self._span.end, self._span.end)

    def so_far(self) -> Utterance | None:
        """Return what was heard of the utterance under way, if there is one."""
        self.fresh, self.asked = 0.0, False
        span = self._span
        audio = tuple(span.cut(span.start, span.end)) if self._speaking else ()
        return Utterance(audio, span.end) if audio else None

    def _hear(self, frame: AudioFrame) -> tuple[Utterance, ...]:
        span = self._span
        span.add(frame)
        if not self._speaking:
            span.forget_before(frame.pts - self._prefix_padding - MAX_LAG)
            return ()
        self.fresh += min(frame.duration, max(0.0, frame.end - self._started))
        cuts: list[Utterance] = []
        while span.duration >= self._max_duration:
            end = span.start + self._max_duration
            cuts.append(self._cut(end, end))
        return tuple(cuts)

    def _stop(self, pts: float, speech_end: float) -> tuple[Utterance, ...]:
        if not self._speaking:
            return ()
        self._speaking = False
        return (self._cut(pts if pts > self._span.start else self._span.end, speech_end),)

    def _cut(self, pts: float, end: float) -> Utterance:
        audio = tuple(self._span.cut(self._span.start, pts))
        self._span.forget_before(pts)
        self.fresh = 0.0
        return Utterance(audio, end)

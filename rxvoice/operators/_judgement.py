"""Asking whether a turn is complete: a model that hears it, and perhaps one that reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import EndOfText, EndOfTurn
from rxvoice.items import AudioFrame, Fault, Metric, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators._audio_span import AudioSpan, join
from rxvoice.operators._opinion import Opinion

LONGEST = 8.0
RATE = 16_000
SURE = 0.999
"""A certainty counts as no more than this."""


def combined(audio: float, text: float) -> float:
    """Return the probability of an end from what the sound and what the words say.

    It is a logistic regression over 347 cuts through 65 recordings of the project's data, telephone
    prompts and read speech: 70 ends and 277 places within a phrase, both with 0.2 s of silence
    behind and of equal weight, the sound being Smart Turn's.
    """
    return 1.0 / (1.0 + math.exp(0.17 - 0.32 * _log_odds(audio) - _log_odds(text)))


def in_one(pieces: Sequence[str]) -> str:
    """Join the transcripts of a turn as if it had been said without pauses.

    A recogniser that is given a piece of a sentence writes a sentence. What is between the pieces
    is its invention: the full stop at the end of one and the capital at the start of the next.
    """
    text = ""
    for piece in pieces:
        if text and piece:
            first, *_ = piece.split()
            own = len(first) == 1 or first.startswith(("I'", "I’")) or not first[1:].islower()
            text = f"{text.removesuffix('.')} {piece if own else piece[0].lower() + piece[1:]}"
        else:
            text += piece
    return text.strip()


def _log_odds(probability: float) -> float:
    bounded = min(SURE, max(1.0 - SURE, probability))
    return math.log(bounded / (1.0 - bounded))


class Judgement:
    """Keeps audio and text of one turn and has them judged whenever the speech has stopped.

    Args:
        clock: For the tasks.
        model: Judges the audio each time the speech stops.
        reader: Judges the text then, and again when it changes; ``None`` for nobody.
        prefix_padding: Seconds before the first speech that belong to the turn.
        tell: Called with each probability, and with what goes wrong.
        judged: Called with the probability when no answer is pending any more. It is 1 when
            nobody can tell.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        model: EndOfTurn,
        reader: EndOfText | None,
        prefix_padding: float,
        tell: Callable[[Metric | Fault], None],
        judged: Callable[[float], None],
    ) -> None:
        self._model = model
        self._reader = reader
        self._prefix_padding = prefix_padding
        self._tell = tell
        self._judged = judged
        self._span = AudioSpan()
        self._spoken = self._silent = False
        self._finals: list[str] = []
        self._interim = ""
        self._read = ""
        self._audio = Opinion(clock, "end_of_turn", self._answered, self._failing("model"))
        self._text = Opinion(clock, "end_of_text", self._answered, self._failing("reader"))

    @property
    def pending(self) -> bool:
        """Whether an answer is still to come."""
        return self._audio.pending or self._text.pending

    def hear(self, frame: AudioFrame) -> None:
        """Take audio."""
        self._span.add(frame)
        self._span.forget_before(frame.pts - LONGEST - self._prefix_padding)

    def speech_started(self, started: SpeechStarted) -> None:
        """Withdraw the questions."""
        if not self._spoken:
            self._spoken = True
            self._span.begin(started.speech_pts - self._prefix_padding)
        self._silent = False
        self._audio.withdraw()
        self._text.withdraw()

    def speech_stopped(self, stopped: SpeechStopped) -> None:
        """Ask."""
        self._spoken = self._silent = True
        end = stopped.pts if stopped.pts > self._span.start else self._span.end
        audio = self._span.cut(min(end, self._span.end) - LONGEST, end)

        async def listen() -> float:
            joined = await join(audio, RATE)
            most = round(LONGEST * RATE)  # resampling may round up
            return await self._model(AudioFrame(joined.samples[-most:], RATE, joined.pts))

        self._read = ""
        self._read_again()
        self._audio.ask(listen)

    def transcript(self, transcript: Transcript) -> None:
        """Take text."""
        if not transcript.is_final:
            self._interim = transcript.text
        else:
            self._interim = ""
            if transcript.text:
                self._finals.append(transcript.text)
        if self._silent:
            self._read_again()

    def dispose(self) -> None:
        """Withdraw the questions for good."""
        self._audio.dispose()
        self._text.dispose()

    def _read_again(self) -> None:
        """Have the text judged if it is another one; what was said of the old one is void."""
        reader, text = self._reader, in_one([*self._finals, self._interim])
        if reader is None or text == self._read:
            return
        self._read = text

        async def read() -> float:
            return await reader(text)

        if text:
            self._text.ask(read)
        else:
            self._text.withdraw()

    def _answered(self) -> None:
        if self.pending:
            return
        audio, text = self._audio.value, self._text.value
        if audio is None and text is None:
            self._judged(1.0)
            return
        if audio is None or text is None:
            probability = text if audio is None else audio
        else:
            probability = combined(audio, text)
        assert probability is not None
        self._tell(Metric("end_of_turn", "probability", probability))
        self._judged(probability)

    def _failing(self, who: str) -> Callable[[Exception], None]:
        told = "the end-of-turn model" if who == "model" else "the reader of the text"

        def failed(error: Exception) -> None:
            self._tell(Fault("end_of_turn", f"{told} failed: {error}", cause=error))
            self._answered()

        return failed

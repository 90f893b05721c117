"""Asking a model whether a turn is complete."""

from collections.abc import Callable

from reactivex.disposable import SerialDisposable

from rxvoice.aio import from_coroutine
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import EndOfTurn
from rxvoice.items import AudioFrame, Fault, Metric, SpeechStarted, SpeechStopped
from rxvoice.operators._audio_span import AudioSpan, join

LONGEST = 8.0
RATE = 16_000


class Judgement:
    """Keeps the audio of one turn and has it judged whenever the speech stops.

    Args:
        clock: For the time-out.
        model: Judges.
        max_delay: Seconds of silence after which it does not matter what the model says.
        prefix_padding: Seconds before the first speech that belong to the turn.
        judged: Called with the probability, or with what went wrong.
        overdue: Called after ``max_delay`` of silence.
    """

    def __init__(
        self,
        clock: LoopScheduler,
        model: EndOfTurn,
        max_delay: float,
        prefix_padding: float,
        judged: Callable[[Metric | Fault], None],
        overdue: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._model = model
        self._max_delay = max_delay
        self._prefix_padding = prefix_padding
        self._judged = judged
        self._overdue = overdue
        self._span = AudioSpan()
        self._spoken = False
        self._asking = SerialDisposable()
        self._silence = SerialDisposable()

    def hear(self, frame: AudioFrame) -> None:
        """Take audio."""
        self._span.add(frame)
        self._span.forget_before(frame.pts - LONGEST - self._prefix_padding)

    def speech_started(self, started: SpeechStarted) -> None:
        """Withdraw the question."""
        if not self._spoken:
            self._spoken = True
            self._span.begin(started.speech_pts - self._prefix_padding)
        self._asking.disposable = None
        self._silence.disposable = None

    def speech_stopped(self, stopped: SpeechStopped) -> None:
        """Ask."""
        self._spoken = True
        rest = max(0.0, self._max_delay - stopped.delay)
        self._silence.disposable = self._clock.call_later(rest, self._overdue)
        end = stopped.pts if stopped.pts > self._span.start else self._span.end
        audio = self._span.cut(min(end, self._span.end) - LONGEST, end)

        async def ask() -> float:
            joined = await join(audio, RATE)
            most = round(LONGEST * RATE)  # resampling may round up
            return await self._model(AudioFrame(joined.samples[-most:], RATE, joined.pts))

        self._asking.disposable = from_coroutine(ask, name="end_of_turn").subscribe(
            lambda probability: self._judged(Metric("end_of_turn", "probability", probability)),
            self._failed,
            scheduler=self._clock,
        )

    def dispose(self) -> None:
        """Withdraw the question and the timer."""
        self._asking.dispose()
        self._silence.dispose()

    def _failed(self, error: Exception) -> None:
        message = f"the end-of-turn model failed: {error}"
        self._judged(Fault("end_of_turn", message, cause=error))

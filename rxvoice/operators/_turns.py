"""The inside of `aggregate_turn`: one subscription."""

from collections import deque
from collections.abc import Sequence

from reactivex import abc

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import StartStrategy, StopStrategy, Told, TurnInput
from rxvoice.items import (
    AudioFrame,
    EagerStop,
    EndRound,
    Event,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators._panel import Panel
from rxvoice.operators._start_on_speech import start_on_speech
from rxvoice.operators._start_on_transcript import start_on_transcript
from rxvoice.operators._stop_after_silence import stop_after_silence

REMEMBERED = 1.0


class Turns:
    """Knows the turn that is open, if any.

    Args:
        observer: Gets turns, and what the strategies have to say.
        clock: For the strategies.
        starts: Start strategies.
        stops: Stop strategies.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        starts: Sequence[StartStrategy],
        stops: Sequence[StopStrategy],
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._stops = stops
        self._number = 0
        self._turn: _OpenTurn | None = None
        self._before = _LastAudio()
        self._latest = 0.0
        self._latest_at = clock.now_seconds
        self._starting = Panel(
            starts, [start_on_speech(), start_on_transcript()], self._start, clock
        )
        self._starting.open()

    def take(self, item: TurnInput) -> None:
        """Let the strategies see an item."""
        match item:
            case Transcript(end=time) if time > self._latest:
                self._note(time)
            case AudioFrame(end=time):
                self._note(time)
            case SpeechStarted(pts=time) | SpeechOngoing(pts=time) | SpeechStopped(pts=time):
                self._note(time)
            case _:
                pass
        self._starting.ask(item)
        turn = self._turn
        if turn is not None:
            turn.collect(item)
            turn.stopping.ask(item)
        elif isinstance(item, AudioFrame):
            self._before.add(item)

    def flush(self) -> None:
        """Stop the turn that is open, with all its text."""
        turn = self._turn
        if turn is not None:
            if turn.interim is not None:
                turn.finals.append(turn.interim)
            self._stop(turn, "flush")

    def dispose(self) -> None:
        """Unsubscribe from all strategies."""
        self._starting.dispose()
        if self._turn is not None:
            self._turn.stopping.dispose()

    def _note(self, time: float) -> None:
        self._latest, self._latest_at = time, self._clock.now_seconds

    def _now(self) -> float:
        """Return the source's time, which goes on with the clock while nothing comes."""
        return self._latest + self._clock.now_seconds - self._latest_at

    def _start(self, decision: StartTurn | EndRound | Told) -> None:
        if isinstance(decision, EndRound):
            return
        if not isinstance(decision, StartTurn):
            self._observer.on_next(decision)
            return
        if self._turn is not None:
            return
        self._number += 1
        turn = self._turn = _OpenTurn(self._number)
        before = self._before.take()

        def decided(decision: StopTurn | EagerStop | Told) -> None:
            if isinstance(decision, EagerStop):
                return
            if not isinstance(decision, StopTurn):
                self._observer.on_next(decision)
            elif self._turn is turn:
                self._stop(turn, decision.reason)

        turn.stopping = Panel(
            self._stops, [stop_after_silence()], decided, self._clock, history=turn.history
        )
        self._observer.on_next(TurnStarted(self._number, self._now(), decision.reason))
        if self._turn is turn:
            turn.stopping.open()
        for frame in before:
            turn.stopping.ask(frame)

    def _stop(self, turn: "_OpenTurn", reason: str) -> None:
        self._turn = None
        turn.stopping.dispose()
        finals = tuple(turn.finals)
        if not finals:
            self._observer.on_next(TurnDropped(turn.number, "no text"))
            return
        text = " ".join(final.text for final in finals)
        now = self._now()
        speech_end = turn.speech_end
        if speech_end is None:
            speech_end = finals[-1].end or now
        self._observer.on_next(Turn(text, turn.number, now, speech_end, reason, finals))


class _OpenTurn:
    """What was heard in a turn."""

    stopping: Panel[StopTurn | EagerStop | Told]

    def __init__(self, number: int) -> None:
        self.number = number
        self.finals: list[Transcript] = []
        self.interim: Transcript | None = None
        self.speech_end: float | None = None
        self._mark: SpeechStarted | SpeechStopped | None = None

    def collect(self, item: TurnInput) -> None:
        match item:
            case Transcript(is_final=True):
                self.interim = None
                if item.text:
                    self.finals.append(item)
            case Transcript():
                self.interim = item if item.text else None
            case SpeechStopped():
                self._mark, self.speech_end = item, item.speech_pts
            case SpeechStarted():
                self._mark = item
            case _:
                pass

    def history(self) -> list[TurnInput]:
        """Return what a strategy must know that comes late."""
        return [*([] if self._mark is None else [self._mark]), *self.finals]


class _LastAudio:
    """The last second of audio, in whole frames."""

    def __init__(self) -> None:
        self._frames: deque[AudioFrame] = deque()
        self._length = 0.0

    def add(self, frame: AudioFrame) -> None:
        self._frames.append(frame)
        self._length += frame.duration
        while self._length - self._frames[0].duration >= REMEMBERED:
            self._length -= self._frames.popleft().duration

    def take(self) -> deque[AudioFrame]:
        frames, self._frames, self._length = self._frames, deque(), 0.0
        return frames

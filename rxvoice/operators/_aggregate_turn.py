"""`aggregate_turn`."""

from collections.abc import Sequence

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, SerialDisposable
from reactivex.subject import Subject

from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import StartStrategy, StopStrategy, TurnInput
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators._start_on import start_on_speech, start_on_transcript
from rxvoice.operators._stop_after_silence import stop_after_silence


def aggregate_turn(
    *,
    start: Sequence[StartStrategy] | None = None,
    stop: Sequence[StopStrategy] | StopStrategy | None = None,
) -> Operator[Event, Event]:
    """Group what the user says into turns.

    A start strategy's decision gives `TurnStarted`, a stop strategy's gives `Turn` with the final
    transcripts since, or `TurnDropped` when there are none. Start strategies are asked in order at
    each item and the first decision counts. Stop strategies are subscribed anew for each turn and
    unsubscribed when it stops, so that nothing leaks from one turn into another; they see the
    turn from the item that started it. While a turn lasts, decisions to start are ignored.

    `AudioFrame` items are consumed: only strategies hear them. All others pass, in order, before
    what they lead to. Faults and metrics of the strategies are merged in.

    When the source ends, a turn that is open gives its text once, the last interim transcript
    included, and the stream ends likewise. Unsubscribing emits nothing, for nobody listens.

    Args:
        start: `start_on_speech` and `start_on_transcript` unless given.
        stop: `stop_after_silence` unless given.

    Returns:
        The operator.

    Raises:
        ValueError: When a list of strategies is empty.
    """
    starts = [start_on_speech(), start_on_transcript()] if start is None else list(start)
    if stop is None:
        stops = [stop_after_silence()]
    else:
        stops = [stop] if callable(stop) else list(stop)
    if not starts:
        raise ValueError("start must hold at least one strategy")
    if not stops:
        raise ValueError("stop must hold at least one strategy")

    def aggregated(source: Observable[Event]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            turns = _Turns(observer, clock, stops)
            heard: Subject[TurnInput] = Subject()
            started = CompositeDisposable(
                *(
                    strategy(heard).subscribe(turns.decided, turns.broken, scheduler=clock)
                    for strategy in starts
                )
            )

            def on_next(item: Event) -> None:
                if not isinstance(item, AudioFrame):
                    observer.on_next(item)
                if isinstance(item, AudioFrame | SpeechStarted | SpeechStopped | Transcript):
                    turns.note(item)
                    heard.on_next(item)
                    turns.ask(item)

            def on_error(error: Exception) -> None:
                turns.flush()
                observer.on_error(error)

            def on_completed() -> None:
                turns.flush()
                observer.on_completed()

            subscription = source.subscribe(on_next, on_error, on_completed, scheduler=clock)
            return CompositeDisposable(subscription, started, turns.stopping)

        return Observable(subscribe)

    return aggregated


class _Turns:
    """One subscription: the turn that is open, if any."""

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        stops: Sequence[StopStrategy],
    ) -> None:
        self.stopping = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._stops = stops
        self._number = 0
        self._turn: Subject[TurnInput] | None = None
        self._finals: list[Transcript] = []
        self._interim = ""
        self._now = 0.0
        self._speech_end = 0.0
        self._latest: Transcript | None = None

    def note(self, item: TurnInput) -> None:
        """Keep time and, within a turn, the text."""
        match item:
            case AudioFrame():
                self._now = max(self._now, item.end)
            case SpeechStarted():
                self._now = max(self._now, item.pts)
            case SpeechStopped():
                self._now = max(self._now, item.pts)
                self._speech_end = item.speech_pts
            case Transcript():
                self._now = max(self._now, item.end)
                self._latest = item
                if self._turn is not None:
                    self._collect(item)

    def decided(self, decision: StartTurn | Fault | Metric) -> None:
        """Take what a start strategy emits."""
        if not isinstance(decision, StartTurn):
            self._observer.on_next(decision)
            return
        if self._turn is not None:
            return
        self._number += 1
        self._finals, self._interim = [], ""
        self._turn = turn = Subject[TurnInput]()
        latest, self._latest = self._latest, None
        if latest is not None:
            self._collect(latest)
        self._observer.on_next(TurnStarted(self._number, self._now, decision.reason))
        if self._turn is turn:
            self.stopping.disposable = CompositeDisposable(
                *(
                    strategy(turn).subscribe(self.stopped, self.broken, scheduler=self._clock)
                    for strategy in self._stops
                )
            )

    def ask(self, item: TurnInput) -> None:
        """Let the stop strategies of the open turn see an item."""
        self._latest = None
        if self._turn is not None:
            self._turn.on_next(item)

    def stopped(self, decision: StopTurn | Fault | Metric) -> None:
        """Take what a stop strategy emits."""
        if not isinstance(decision, StopTurn):
            self._observer.on_next(decision)
        elif self._turn is not None:
            self._stop(decision.reason)

    def broken(self, error: Exception) -> None:
        """Take the failure of a strategy; the others go on."""
        self._observer.on_next(Fault("turn", f"a turn strategy failed: {error}", cause=error))

    def flush(self) -> None:
        """Stop the turn that is open, with all its text."""
        if self._turn is None:
            return
        if self._interim:
            self._finals.append(Transcript(self._interim, is_final=False, end=self._now))
        self._stop("flush")

    def _collect(self, transcript: Transcript) -> None:
        if not transcript.is_final:
            self._interim = transcript.text
            return
        self._interim = ""
        if transcript.text:
            self._finals.append(transcript)

    def _stop(self, reason: str) -> None:
        self._turn = None
        self.stopping.disposable = None
        finals, self._finals, self._interim = tuple(self._finals), [], ""
        if not finals:
            self._observer.on_next(TurnDropped(self._number, "no text"))
            return
        text = " ".join(final.text for final in finals)
        self._observer.on_next(
            Turn(text, self._number, self._now, self._speech_end, reason, finals)
        )

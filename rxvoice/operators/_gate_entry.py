"""The way into a gate: one subscription of `vad_gate`."""

from __future__ import annotations

from collections.abc import Callable

from reactivex import abc
from reactivex.subject import Subject

from rxvoice._disposables import SingleAssignmentDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame, Event, Fault, VadOptions
from rxvoice.operators._backlog import Backlog
from rxvoice.operators._gate import Gate
from rxvoice.operators._judge import Judge
from rxvoice.operators._judge_in_thread import Result, ThreadJudge, judged_in_thread


class GateEntry:
    """Keeps what comes until the detector is there, and then leads it to the gate.

    Args:
        observer: Gets what passes.
        clock: Of the subscription.
        options: As for `vad_gate`.
        mark_only: Likewise.
        in_thread: Likewise.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        options: VadOptions,
        *,
        mark_only: bool,
        in_thread: bool,
    ) -> None:
        self._observer = observer
        self._clock = clock
        self._options = options
        self._mark_only = mark_only
        self._in_thread = in_thread
        self._announces = False
        self._backlog = Backlog()
        self._take: Callable[[Event], None] = self._backlog.put
        self._gate: Gate | None = None
        self._thread: Subject[Event] | None = None
        self._results = SingleAssignmentDisposable()
        self._ended = False
        self._error: Exception | None = None

    def ready(self, detector: VoiceDetector) -> None:
        """Begin to judge, with what has waited."""
        judge = ThreadJudge(detector) if self._in_thread else Judge(detector)
        self._gate = gate = Gate(
            self._observer, self._clock, judge, self._options, mark_only=self._mark_only
        )
        take = self._through_thread(gate, judge) if isinstance(judge, ThreadJudge) else gate.on_next
        if self._backlog.dropped:
            lost = f"{self._backlog.dropped:.1f} s of audio were lost while the model was loading"
            self._observer.on_next(Fault("vad", lost))
        while self._backlog:
            take(self._backlog.get())
        self._take = take
        if self._ended:
            self._end()

    def change(self, options: VadOptions) -> None:
        """Go by other options from now on, and say so."""
        self._options = options
        if self._gate is not None:
            self._gate.change(options)
        if self._announces:
            self._observer.on_next(options)

    def announce(self) -> None:
        """Say which options are in force, now and whenever they change."""
        self._announces = True
        self._observer.on_next(self._options)

    @property
    def inlet(self) -> Callable[[Event], None]:
        """Takes the items of a source that is subscribed now."""
        return self._take_next if self._gate is None else self._take

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._error = error
        self.on_completed()

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if not self._backlog:
            self._end()

    def dispose(self) -> None:
        """Release the detector."""
        self._backlog.clear()
        self._results.dispose()
        if self._gate is not None:
            self._gate.dispose()

    def _take_next(self, item: Event) -> None:
        self._take(item)

    def _through_thread(self, gate: Gate, judge: ThreadJudge) -> Callable[[Event], None]:
        self._thread = into = Subject[Event]()

        def take(item: Event) -> None:
            if isinstance(item, AudioFrame) and len(item.samples):
                gate.arrived = self._clock.now_seconds
            into.on_next(item)

        def judged(result: Result) -> None:
            item, found = result
            if found is not None and isinstance(item, AudioFrame):
                gate.take(item, found)
            else:
                gate.pass_on(item)

        self._results.disposable = into.pipe(judged_in_thread(judge)).subscribe(
            judged, self._fail, self._finish, scheduler=self._clock
        )
        return take

    def _end(self) -> None:
        """End behind what is still being judged."""
        if self._thread is not None:
            self._thread.on_completed()
        else:
            self._finish()

    def _fail(self, error: Exception) -> None:
        self._error = error
        self._finish()

    def _finish(self) -> None:
        if self._gate is not None:
            self._gate.finish()
        if self._error is not None:
            self._observer.on_error(self._error)
        else:
            self._observer.on_completed()

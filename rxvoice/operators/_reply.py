"""One reply that is in progress: its stream, its voice, and the policy that may interrupt it."""

from collections.abc import Callable, Sequence

from reactivex import Observable, abc

from rxvoice._disposables import SingleAssignmentDisposable
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import FloorInput, InterruptionPolicy, Verdict
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    ClearAudio,
    EndCall,
    Event,
    Fault,
    Interrupt,
    Metric,
    Pause,
    Reject,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    Resume,
    ToolsCancelled,
    Uninterruptible,
)
from rxvoice.operators._fault_of import fault_of
from rxvoice.operators._floor import Floor
from rxvoice.operators._held_voice import HeldVoice
from rxvoice.operators._ledger import Ledger
from rxvoice.operators._running_calls import RunningCalls


class Reply:
    """Emits a reply from `ReplyStarted` to `ReplyEnded`, and does what the policy wants.

    Args:
        number: Number of the turn that it answers.
        observer: Gets what the reply emits.
        clock: The session's.
        policies: Who decides, the next one when one has failed.
        waiting: Called for the marks of turns about which nothing is decided yet.
        interrupted: Called when it has to be cut.
        rejected: Called with the reason when the turns that are complete come to nothing.
        ended: Called with it when it has been spoken to its end.
        commanded: Called with what its tools want of the switch.
        fade: Seconds in which the voice falls to silence.
        position: What the sink has reported so far; ``None`` when it does not.
        heard: Returns the time up to which everything that was sent has been heard.
    """

    def __init__(
        self,
        number: int,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        policies: Sequence[InterruptionPolicy],
        *,
        waiting: Callable[[], Sequence[FloorInput]],
        interrupted: Callable[[], None],
        rejected: Callable[[str], None],
        ended: Callable[["Reply"], None],
        commanded: Callable[[Interrupt | EndCall], None],
        fade: float,
        position: float | None,
        heard: Callable[[], float],
    ) -> None:
        self._number = number
        self._observer = observer
        self._clock = clock
        self._interrupted = interrupted
        self._rejected = rejected
        self._ended = ended
        self._commanded = commanded
        self._inner = SingleAssignmentDisposable()
        self._ledger = Ledger(clock, self._emit, self._finish, position)
        self._voice = HeldVoice(clock, self._ledger.put, self._ledger.end, fade=fade, heard=heard)
        self._floor = Floor(policies, clock, self._decided, self._told, waiting)
        self._tools = RunningCalls()
        self._wanted: Pause | Interrupt | None = None
        self._unwanted = self._protected = self._told_of_sound = self._over = False

    def start(self, make: Callable[[], Observable[Event]]) -> None:
        """Say that it begins, let the policy decide, and subscribe to what `make` returns."""
        self._observer.on_next(ReplyStarted(self._number))
        if self._over:
            return
        self._floor.open()
        if self._over:
            return
        try:
            stream = make()
            if not isinstance(stream, Observable):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"project must return a stream, got {stream!r}")
        except Exception as error:
            self._failed(error)
            return
        self._inner.disposable = stream.subscribe(
            self._voice.put, self._failed, self._voice.end, scheduler=self._clock
        )

    def see(self, item: FloorInput) -> None:
        """Let the policy see an item."""
        self._floor.see(item)

    def report(self, position: float) -> None:
        """Take a sink's report."""
        self._ledger.report(position)

    def close(self) -> None:
        """Go on, for nobody can interrupt any more."""
        self._floor.close()
        self._wanted = None
        self._obey()

    def interrupt(self) -> None:
        """Be interrupted by a command, whatever the policy wants."""
        self._unwanted = True
        self._obey()

    def cut(self) -> None:
        """End at once."""
        sounding = self._voice.audible and not self._voice.held
        tail = self._voice.cut()
        self.dispose()
        if sounding:
            self._clear(tail)
        self._cancel_tools("interrupted")
        self._observer.on_next(ReplyEnded(self._number, self._ledger.spoken, True))

    def dispose(self) -> None:
        """Leave all that it has begun."""
        self._over = True
        self._floor.dispose()
        self._inner.dispose()
        self._voice.dispose()
        self._ledger.dispose()

    def _emit(self, item: Event) -> None:
        if self._over:
            return
        if isinstance(item, AudioFrame):
            self._observer.on_next(item)
            if not self._told_of_sound and not self._over:
                self._told_of_sound = True
                self._floor.see(BotSpeechStarted(self._number, item.pts))
            return
        if isinstance(item, Uninterruptible):
            self._protected = item.active
        self._tools.take(item)
        self._observer.on_next(item)
        if self._over:
            return
        if isinstance(item, Uninterruptible):
            self._obey()
        elif isinstance(item, Interrupt | EndCall):
            self._commanded(item)

    def _failed(self, error: Exception) -> None:
        if not self._over:
            self._observer.on_next(fault_of("reply", error))
            self._voice.end()

    def _finish(self) -> None:
        if not self._over:
            self.dispose()
            self._cancel_tools("over")
            self._ended(self)

    @property
    def ending(self) -> ReplyEnded:
        """What is told when it has been spoken to its end."""
        return ReplyEnded(self._number, self._ledger.spoken)

    def _told(self, item: Fault | Metric) -> None:
        if not self._over:
            self._observer.on_next(item)

    def _decided(self, verdict: Verdict) -> None:
        if self._over:
            return
        match verdict:
            case Reject(reason=reason):
                self._rejected(reason)
                self._wanted = None
            case Resume():
                self._wanted = None
            case Pause() | Interrupt():
                self._wanted = verdict
        self._obey()

    def _obey(self) -> None:
        """Do what is wanted, unless nothing may interrupt now."""
        if self._protected or self._over:
            return
        match Interrupt() if self._unwanted else self._wanted:
            case Interrupt():
                self._interrupted()
            case Pause() if not self._voice.held:
                audible, tail = self._voice.audible, self._voice.stop()
                if audible:
                    self._clear(tail)
                self._observer.on_next(ReplyPaused(self._number))
            case None if self._voice.held:
                self._observer.on_next(ReplyResumed(self._number))
                if not self._over:
                    self._voice.go_on()
            case _:
                pass

    def _cancel_tools(self, reason: str) -> None:
        """Tell which calls of tools will get no result."""
        if self._tools:
            self._observer.on_next(ToolsCancelled(tuple(self._tools.calls.values()), reason))

    def _clear(self, tail: AudioFrame | None) -> None:
        self._observer.on_next(ClearAudio(self._number))
        if tail is not None:
            self._observer.on_next(tail)


__all__ = ["Reply"]

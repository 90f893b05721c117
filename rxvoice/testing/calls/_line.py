"""The user's end of a call."""

import math
from collections.abc import Callable, Sequence

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.aio._edge import edge
from rxvoice.aio._fan import Fan
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.contracts import Heard, Recognised
from rxvoice.items import (
    AudioFrame,
    Dtmf,
    Event,
    Fault,
    SpeechStarted,
    SpeechStopped,
    Transcript,
)
from rxvoice.testing._items import silence, tone
from rxvoice.testing._loop import VirtualLoop
from rxvoice.testing._notation import Mark
from rxvoice.testing.calls._stt import spread

INTERIM = "…"
"""Ends what the recogniser may still revise."""

FRAME = 0.02
RATE = 16_000
_SAME = 1e-6  # times are sums of floats
_SPEECH = tone(FRAME, RATE, frequency=500.0).samples  # whole periods: frames follow without a click
_QUIET = silence(FRAME, RATE).samples


class Line:
    """What the user does goes in by methods and comes out as streams.

    Args:
        clock: The session's clock.

    Attributes:
        acted: What the user did, and when.
    """

    def __init__(self, clock: LoopScheduler) -> None:
        self.acted: list[tuple[float, Mark]] = []
        self._clock = clock
        self._events: Fan[Event] = Fan()
        self._texts: Fan[Recognised] = Fan()
        self._failures: Fan[Exception] = Fan()
        self._changes: list[tuple[float, bool]] = [(-math.inf, False)]
        self._ended: float | None = None
        self._plans = CompositeDisposable()

    @property
    def is_speaking(self) -> bool:
        """Whether the user is speaking."""
        return self._changes[-1][1]

    @property
    def is_open(self) -> bool:
        """Whether the user is still there."""
        return self._ended is None

    def plan(self, when: float, action: Callable[[], object]) -> None:
        """Call a function at a time on the session's clock, unless the call has ended by then."""
        self._plans.add(self._clock.call_at(when, action))

    def plan_together(self, actions: Sequence[tuple[float, Callable[[], object]]]) -> None:
        """Plan like `plan` what keeps its order at one instant.

        With a seed, it may come before or after what else is due at that instant.
        """
        loop = self._clock.loop
        assert isinstance(loop, VirtualLoop)
        began = loop.time() - self._clock.now_seconds
        for timer in loop.call_together((began + when, action) for when, action in actions):
            self._plans.add(Disposable(timer.cancel))

    def speak(self) -> None:
        """Begin to speak."""
        if not self.is_speaking:
            now = self._clock.now_seconds
            self._changes.append((now, True))
            self._note(Mark("value", "["))
            self._events.on_next(SpeechStarted(now))

    def pause(self) -> None:
        """Cease to speak."""
        if self.is_speaking:
            now = self._clock.now_seconds
            self._changes.append((now, False))
            self._note(Mark("value", "]"))
            self._events.on_next(SpeechStopped(now))

    def hear(
        self, text: str, *, is_final: bool, pts: float | None = None, end: float | None = None
    ) -> None:
        """Let the recogniser understand something.

        Args:
            text: What it understands.
            is_final: Whether it will not revise it; such a text is finalised, too, unless the user
                is speaking.
            pts: When the speech began, on the session's clock; the last time they began to speak
                unless given.
            end: When it ended; now, or the last time they ceased to speak, unless given.
        """
        now = self._clock.now_seconds
        self._note(Mark("value", text if is_final else f"{text}{INTERIM}", quoted=True))
        if pts is None:
            pts = next((at for at, on in reversed(self._changes) if on), now)
        if end is None:
            end = now if self.is_speaking else max(self._changes[-1][0], pts)
        finalized = is_final and not self.is_speaking
        words = spread(text, pts, end) if is_final else ()
        self._texts.on_next(Transcript(text, is_final, finalized, words=words, pts=pts, end=end))

    def do(self, item: Event) -> None:
        """Let any item come from the user's side."""
        self._note(Mark("value", type(item).__name__, quoted=True))
        self._events.on_next(item)

    def deafen(self, error: Exception) -> None:
        """Let the recogniser fail."""
        self._note(Mark("value", type(error).__name__, quoted=True))
        self._failures.on_next(error)

    def press(self, key: str) -> None:
        """Press a key of the telephone."""
        self._note(Mark("value", key))
        self._events.on_next(Dtmf(key))

    def hang_up(self, error: Exception | None = None) -> None:
        """End the call.

        Args:
            error: What broke the line; the user hangs up orderly unless given.
        """
        if self._ended is not None:
            return
        self._ended = self._clock.now_seconds
        self._plans.dispose()
        self._note(Mark("|" if error is None else "#"))
        for stream in (self._texts, self._events):
            if error is None or stream is self._texts:
                stream.on_completed()
            else:
                stream.on_error(error)

    @property
    def events(self) -> Observable[Event]:
        """Speech marks, transcripts and keys, as a recogniser would give them; no audio."""

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            texts = self._texts.subscribe(observer.on_next, scheduler=scheduler)
            failures = self._failures.subscribe(
                lambda error: observer.on_next(Fault("stt", str(error), cause=error)),
                scheduler=scheduler,
            )
            marks = self._events.subscribe(observer, scheduler=scheduler)
            return CompositeDisposable(texts, failures, marks)

        return edge(Observable(subscribe), "caller")

    @property
    def audio(self) -> Observable[Event]:
        """Frames of 20 ms in real time, each when its last sample was captured; keys between.

        Speech is a tone, everything else digital silence. Speech begins and ends with a frame.
        """

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            loop = clock.loop  # its timers themselves, since there is one for each frame
            start, began = clock.now_seconds, loop.time()
            count = 0

            def capture() -> None:
                nonlocal count, timer
                pts = round(start + count * FRAME, 6)
                samples = _SPEECH if self._was_speaking(pts) else _QUIET
                count += 1
                timer = loop.call_at(began + (count + 1) * FRAME, capture)
                observer.on_next(AudioFrame(samples, RATE, pts))

            def stop() -> None:
                timer.cancel()

            def pass_on(item: Event) -> None:
                if not isinstance(item, SpeechStarted | SpeechStopped):
                    observer.on_next(item)

            def fail(error: Exception) -> None:
                stop()
                observer.on_error(error)

            def end() -> None:
                stop()
                observer.on_completed()

            timer = loop.call_at(began + FRAME, capture)
            marks = self._events.subscribe(pass_on, fail, end, scheduler=scheduler)
            return CompositeDisposable(marks, Disposable(stop))

        return edge(Observable(subscribe), "caller")

    def stt(self, source: Observable[Heard]) -> Observable[Recognised]:
        """Recognise what the user says: a transcriber that knows it beforehand."""

        def subscribe(
            observer: abc.ObserverBase[Recognised],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            texts = edge(self._texts, "texts").subscribe(observer.on_next, scheduler=scheduler)
            failures = edge(self._failures, "failures").subscribe(
                observer.on_error, scheduler=scheduler
            )
            heard = source.subscribe(
                None, observer.on_error, observer.on_completed, scheduler=scheduler
            )
            return CompositeDisposable(heard, texts, failures)

        return Observable(subscribe)

    def _note(self, mark: Mark) -> None:
        self.acted.append((self._clock.now_seconds, mark))

    def _was_speaking(self, at: float) -> bool:
        when, on = self._changes[-1]
        if when <= at + _SAME:
            return on
        return next(on for when, on in reversed(self._changes) if when <= at + _SAME)

"""The inside of `transcribe`: one subscription."""

import logging
from dataclasses import replace

import reactivex as rx
from reactivex import abc
from reactivex.disposable import SerialDisposable
from reactivex.subject import Subject

from rxvoice.clock import LoopScheduler
from rxvoice.contracts import Heard, Recognised, Transcriber
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    SpeechStarted,
    Transcript,
    Translation,
)
from rxvoice.operators._fault_of import is_hopeless

logger = logging.getLogger(__name__)

PAUSE = 1.0


class Listening:
    """Runs a recogniser, and starts it anew when it has failed.

    Args:
        observer: Gets what the recogniser answers.
        clock: For the latency, and the pause before a new start.
        stt: The recogniser.
        restarts: How often in a row it is started anew.
        timeout: Seconds after which it is given up once the source has ended; 0 for never.
        name: Source of faults and metrics.

    Attributes:
        subscription: That of the recogniser.
        timer: Waits for its last answer.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        stt: Transcriber,
        restarts: int,
        timeout: float,
        name: str,
    ) -> None:
        self.subscription = SerialDisposable()
        self.timer = SerialDisposable()
        self._observer = observer
        self._clock = clock
        self._stt = stt
        self._name = name
        self._restarts = restarts
        self._left = restarts
        self._timeout = timeout
        self._heard: Subject[Heard] | None = None
        self._off_since = 0.0
        self._ended = False
        self._marks = False
        self._warned = False
        self._speech_end: float | None = None

    def start(self) -> None:
        """Start the recogniser."""
        self._heard = heard = Subject[Heard]()
        self.subscription.disposable = rx.defer(lambda _: self._stt(heard)).subscribe(
            self._result, self._failed, self._completed, scheduler=self._clock
        )

    def hear(self, item: Heard) -> None:
        """Give an item to the recogniser."""
        if isinstance(item, AudioFrame):
            if not len(item.samples):
                self._warn()
                return
        elif isinstance(item, SpeechStarted):
            self._marks, self._speech_end = True, None
        else:
            self._marks, self._speech_end = True, self._clock.now_seconds - item.delay
        if self._heard is None and self._may_start(item):
            self.start()
        if self._heard is not None:
            self._heard.on_next(item)

    def end(self) -> None:
        """Take the source's completion."""
        self._ended = True
        if self._heard is None:
            self._observer.on_completed()
        else:
            self._wait()
            self._heard.on_completed()

    def _wait(self) -> None:
        """Give the recogniser some time for its next answer, now that there will be no more."""
        if not self._timeout:
            return

        def give_up() -> None:
            self.subscription.dispose()
            message = f"the recogniser gave nothing for {self._timeout:g} s"
            self._observer.on_next(Fault(self._name, message))
            self._observer.on_completed()

        self.timer.disposable = self._clock.call_later(self._timeout, give_up)

    def _may_start(self, item: Heard) -> bool:
        if self._left < 0:
            return False
        if self._marks:
            return isinstance(item, SpeechStarted)
        return self._clock.now_seconds >= self._off_since + PAUSE - 1e-9

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            logger.warning("%s: an empty audio frame was not sent to the recogniser", self._name)

    def _result(self, item: Recognised) -> None:
        if self._ended:
            self._wait()
        if isinstance(item, Transcript):
            self._left = self._restarts
            text = item.text.strip()
            if text != item.text:
                item = replace(item, text=text)
            if text and item.is_final and self._speech_end is not None:
                latency = self._clock.now_seconds - self._speech_end
                self._speech_end = None
                self._observer.on_next(Metric(self._name, "latency", latency))
        elif isinstance(item, Translation) and (text := item.text.strip()) != item.text:
            item = replace(item, text=text)
        self._observer.on_next(item)

    def _failed(self, error: Exception) -> None:
        self._turn_off(-1 if is_hopeless(error) else self._left - 1)
        message = f"{type(error).__name__}: {error}"
        self._observer.on_next(Fault(self._name, message, fatal=self._left < 0, cause=error))
        if self._ended:
            self._observer.on_completed()

    def _completed(self) -> None:
        self._turn_off(self._left - 1)
        if self._ended:
            self._observer.on_completed()
        elif self._left < 0:
            message = "the recogniser keeps ending without a transcript"
            self._observer.on_next(Fault(self._name, message, fatal=True))

    def _turn_off(self, left: int) -> None:
        self.timer.disposable = None
        self._heard = None
        self._left = left
        self._off_since = self._clock.now_seconds

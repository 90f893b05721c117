"""The inside of `transcribe`: one subscription."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from reactivex import abc

from rxvoice._disposables import CompositeDisposable, SerialDisposable
from rxvoice._stream import Inlet, deferred
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
from rxvoice.operators._answer_times import AnswerTimes
from rxvoice.operators._fault_of import fault_of, is_hopeless
from rxvoice.operators._latency_of import NAME, latency_of
from rxvoice.operators._restarts import Restarts

logger = logging.getLogger(__name__)

SELDOM = "from now on it is tried again more and more seldom"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a recogniser is used.

    Attributes:
        restarts: How often in a row it is started anew at the next occasion.
        timeout: Seconds after which it is given up once the source has ended; 0 for never.
        latency: Told instead of what it says itself.
        name: Source of faults and metrics.
    """

    restarts: int
    timeout: float
    latency: float | None
    name: str


class Listening:
    """Runs a recogniser, and starts it anew when it has failed.

    Args:
        observer: Gets what the recogniser answers.
        clock: For what is measured and waited for.
        stt: The recogniser.
        manner: How it is used.

    Attributes:
        own: The recogniser's subscription, and the timers.
    """

    def __init__(
        self,
        observer: abc.ObserverBase[Event],
        clock: LoopScheduler,
        stt: Transcriber,
        manner: Manner,
    ) -> None:
        self._subscription = SerialDisposable()
        self._timer = SerialDisposable()
        self._times = AnswerTimes(clock, manner.name, observer.on_next)
        self.own = CompositeDisposable(self._subscription, self._timer, self._times.timer)
        self._observer = observer
        self._clock = clock
        self._stt = stt
        self._manner = manner
        self._name = manner.name
        self._restarts = Restarts(manner.restarts)
        self._heard: Inlet[Heard] | None = None
        self._ended = False
        self._warned = False

    def announce(self) -> None:
        """Tell the recogniser's latency, where it is known, and start it."""
        given = self._manner.latency
        latency = latency_of(self._stt) if given is None else given
        if latency is not None:
            self._observer.on_next(Metric(self._name, NAME, latency))
        self._start()

    def hear(self, item: Heard) -> None:
        """Give an item to the recogniser."""
        if isinstance(item, AudioFrame):
            if not len(item.samples):
                self._warn()
                return
        elif isinstance(item, SpeechStarted):
            self._restarts.marks = True
            self._times.speech_started()
        else:
            self._restarts.marks = True
            self._times.speech_stopped(item)
        if self._heard is None and self._restarts.may_start(item, self._clock.now_seconds):
            self._start()
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

    def _start(self) -> None:
        heard: Inlet[Heard] = Inlet()
        self._heard = heard
        self._subscription.disposable = deferred(lambda: self._stt(heard)).subscribe(
            self._result, self._failed, self._completed, scheduler=self._clock
        )

    def _wait(self) -> None:
        """Give the recogniser some time for its next answer, now that there will be no more."""
        timeout = self._manner.timeout
        if not timeout:
            return

        def give_up() -> None:
            self._subscription.dispose()
            message = f"the recogniser gave nothing for {timeout:g} s"
            self._observer.on_next(Fault(self._name, message))
            self._observer.on_completed()

        self._timer.disposable = self._clock.call_later(timeout, give_up)

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            logger.warning("%s: an empty audio frame was not sent to the recogniser", self._name)

    def _result(self, item: Recognised) -> None:
        if self._ended:
            self._wait()
        match item:
            case Transcript() | Translation():
                self._restarts.succeeded()
                text = item.text.strip()
                if text != item.text:
                    item = replace(item, text=text)
                if isinstance(item, Transcript):
                    self._times.transcript(item)
            case Metric(name="latency_p99"):
                if self._manner.latency is not None:
                    return
                item = replace(item, source=self._name)
            case _:
                pass
        self._observer.on_next(item)

    def _failed(self, error: Exception) -> None:
        hopeless = is_hopeless(error)
        self._turn_off(hopeless=hopeless)
        fault = fault_of(self._name, error)
        if hopeless or not self._restarts.excess:
            self._observer.on_next(fault)
        elif self._restarts.excess == 1:
            self._observer.on_next(replace(fault, message=f"{fault.message}; {SELDOM}"))
        else:
            logger.debug("%s: the recogniser failed again", self._name)
        if self._ended:
            self._observer.on_completed()

    def _completed(self) -> None:
        self._turn_off()
        if self._ended:
            self._observer.on_completed()
        elif self._restarts.excess == 1:
            message = f"the recogniser keeps ending without a transcript; {SELDOM}"
            self._observer.on_next(Fault(self._name, message))

    def _turn_off(self, *, hopeless: bool = False) -> None:
        self._timer.disposable = None
        self._heard = None
        self._restarts.failed(self._clock.now_seconds, hopeless=hopeless)


__all__ = ["Listening", "Manner"]

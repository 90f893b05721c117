"""`start_on_interruption`."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex import operators as ops

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio._loaded import loaded
from rxvoice.clock import loop_scheduler
from rxvoice.contracts import StartStrategy, TurnInput, Vad, VoiceDetector
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    Fault,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
)
from rxvoice.operators._provider import check_detector, check_vad
from rxvoice.operators._windows import Windows


def start_on_interruption(
    model: Vad | None,
    /,
    *,
    threshold: float = 0.5,
    interrupts: bool = True,
    announce: bool = True,
) -> StartStrategy:
    """Let a turn start over the bot's voice when a model hears that the user means to interrupt.

    The model is of the kind of a voice detector, but its probability tells whether what is spoken
    interrupts, rather than backs up what the bot says. It hears all audio, in windows of its own
    size and rate, so that it may keep state. While the bot is heard a turn starts at the first
    window of an utterance that reaches the threshold, and no more than once in each utterance;
    while it is not, at `SpeechStarted`. What was heard of an utterance does not count any more when
    the bot falls silent within it: the turn starts then. Without a model it is `start_on_speech`.

    A model that fails gives a `Fault` for each run of failures, and those windows do not interrupt.
    It completes with its source, and closes the model then.

    Marbles (one column is 20 ms: "s" is a tone, "q" is quiet)::

        heard  b-SqqqE-SqssE-|
        start_on_interruption(vad)
        out    ----------x---|

        b: BotSpeechStarted(1)  S: SpeechStarted(1.0)  E: SpeechStopped(2.0)
        x: StartTurn("interruption")

    Args:
        model: Opens the model for each subscription; `None` when there is none.
        threshold: Probability from which speech interrupts.
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy. The operator `with_feedback` tells `aggregate_turn` when the bot is heard.

    Raises:
        TypeError: When ``model`` is no function without arguments.
        ValueError: When ``threshold`` is not in 0…1.
    """
    if not 0.0 <= threshold <= 1.0:
        raise ValueError(f"threshold must be in 0…1, got {threshold}")
    if model is not None:
        check_vad("model", model)
    decision = StartTurn("speech" if model is None else "interruption", interrupts, announce)

    def started(source: Observable[TurnInput]) -> Observable[StartTurn | Fault]:
        def subscribe(
            observer: abc.ObserverBase[StartTurn | Fault],
            scheduler: abc.SchedulerBase | None = None,
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            hearing = _Hearing(observer, decision, threshold)
            own = CompositeDisposable(Disposable(hearing.close))
            if model is not None:
                loading = loaded(model(), name="interruption: load")
                loading = loading.pipe(ops.do_action(partial(check_detector, "model", model)))
                own.add(loading.subscribe(hearing.open, observer.on_error, scheduler=clock))
            own.add(
                source.subscribe(
                    hearing.on_next, observer.on_error, observer.on_completed, scheduler=clock
                )
            )
            return own

        return Stream(subscribe)

    return started


class _Hearing:
    """One subscription. Until the model is there, all speech starts a turn."""

    def __init__(
        self,
        observer: abc.ObserverBase[StartTurn | Fault],
        decision: StartTurn,
        threshold: float,
    ) -> None:
        self._observer = observer
        self._decision = decision
        self._threshold = threshold
        self._model: VoiceDetector | None = None
        self._windows: Windows | None = None
        self._bot = self._speaking = self._decided = self._failing = False

    def open(self, model: VoiceDetector) -> None:
        self._model = model
        self._windows = Windows(model.rate, model.window)

    def close(self) -> None:
        model, self._model = self._model, None
        if model is not None:
            model.close()

    def on_next(self, item: TurnInput) -> None:
        match item:
            case AudioFrame():
                self._hear(item)
            case SpeechStarted():
                self._speaking, self._decided = True, False
                if not self._bot or self._model is None:
                    self._decide()
            case SpeechStopped():
                self._speaking = False
            case BotSpeechStarted():
                self._bot = True
            case BotSpeechStopped():
                self._bot = False
                if self._speaking:
                    self._decide()
            case _:
                pass

    def _hear(self, frame: AudioFrame) -> None:
        if self._windows is None or not len(frame.samples):
            return
        for _, samples in self._windows.push(frame):
            if self._model is None:
                return
            probability = self._judge(self._model, samples)
            if self._bot and self._speaking and probability >= self._threshold:
                self._decide()

    def _judge(self, model: VoiceDetector, samples: NDArray[np.int16]) -> float:
        try:
            probability = model(samples)
        except Exception as error:
            if not self._failing:
                self._failing = True
                message = f"the interruption model failed: {error}"
                self._observer.on_next(Fault("interruption", message, cause=error))
            return 0.0
        self._failing = False
        return probability

    def _decide(self) -> None:
        if not self._decided:
            self._decided = True
            self._observer.on_next(self._decision)

"""Stand-ins for detectors and recognisers, and audio as letters.

Letters of audio, one frame of 20 ms each: ``s`` speech (a tone), ``q`` quiet (digital silence);
``e`` is a frame without samples.
Letters of marks: ``B`` speech begins, ``o`` it is ongoing, ``E`` it ends, ``f`` a fault.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reactivex import Observable, abc
from reactivex.disposable import Disposable

from rxvoice.contracts import Heard, Operator, Recognised, Transcriber
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
)
from rxvoice.testing import silence, tone

FRAME = 0.02


class FakeDetector:
    """A detector that says what a list or a function says.

    Args:
        says: One probability or exception for each window, or a function of its samples.
        rate: Samples a second.
        window: Samples a call.

    Attributes:
        heard: What it was given.
        resets: How often it was told to forget.
        closed: How often it was closed.
    """

    def __init__(
        self,
        says: Sequence[float | Exception] | Callable[[NDArray[np.int16]], float],
        *,
        rate: int = 16_000,
        window: int = 320,
    ) -> None:
        self.rate = rate
        self.window = window
        self.heard: list[NDArray[np.int16]] = []
        self.resets = 0
        self.closed = 0
        self._says = says

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        assert not self.closed, "used after it was closed"
        assert samples.shape == (self.window,)
        assert samples.dtype == np.int16
        index = len(self.heard)
        self.heard.append(samples)
        if callable(self._says):
            return self._says(samples)
        says = self._says[index] if index < len(self._says) else 0.0
        if isinstance(says, Exception):
            raise says
        return says

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        self.closed += 1


def is_loud(samples: NDArray[np.int16]) -> float:
    """Hear speech where there is a tone."""
    return 1.0 if float(np.abs(samples.astype(np.float32)).mean()) > 1_000.0 else 0.0


def listen(*, window: int = 320, rate: int = 16_000) -> FakeDetector:
    """Return a detector that hears tones."""
    return FakeDetector(is_loud, rate=rate, window=window)


def sound(letters: str, *, rate: int = 16_000, pts: float = 0.0) -> AudioFrame:
    """Return audio of 20 ms a letter, as one frame."""
    pieces = [
        (tone if letter == "s" else silence)(FRAME, rate, pts + index * FRAME).samples
        for index, letter in enumerate(letters)
    ]
    return AudioFrame(np.concatenate(pieces), rate, pts)


def chop(audio: AudioFrame, sizes: Iterable[int]) -> list[AudioFrame]:
    """Cut audio into frames of these sizes; the last one takes what is left."""
    chopped: list[AudioFrame] = []
    at = 0
    for size in sizes:
        if at >= len(audio.samples):
            break
        chopped.append(_part(audio, at, at + size))
        at += size
    if at < len(audio.samples):
        chopped.append(_part(audio, at, len(audio.samples)))
    return chopped


def as_audio(*, rate: int = 16_000, first: float = 0.0) -> Operator[Any, Event]:
    """Turn the letters ``s`` and ``q`` into frames that follow each other."""

    def audio(letters: Observable[Any]) -> Observable[Event]:
        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            count = 0

            def on_next(letter: Any) -> None:
                nonlocal count
                if letter in ("s", "q"):
                    frame = sound(letter, rate=rate, pts=round(first + count * FRAME, 9))
                    count += 1
                    observer.on_next(frame)
                else:
                    observer.on_next(letter)

            return letters.subscribe(
                on_next, observer.on_error, observer.on_completed, scheduler=scheduler
            )

        return Observable(subscribe)

    return audio


def as_letters(stream: Observable[Any]) -> Observable[Any]:
    """Turn audio and marks into letters."""

    def letter(item: Any) -> Any:
        match item:
            case AudioFrame():
                if not len(item.samples):
                    return "e"
                return "s" if is_loud(item.samples) else "q"
            case SpeechStarted():
                return "B"
            case SpeechOngoing():
                return "o"
            case SpeechStopped():
                return "E"
            case Fault():
                return "f"
            case _:
                return item

    def subscribe(
        observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        return stream.subscribe(
            lambda item: observer.on_next(letter(item)),
            observer.on_error,
            observer.on_completed,
            scheduler=scheduler,
        )

    return Observable(subscribe)


class FakeRecogniser:
    """A transcriber that answers synchronously, from inside of the item that it is given.

    Args:
        answer: Called with each item; returns what to emit, an exception to fail with, or
            ``None`` to end.
        at_end: What to emit when the source has ended.

    Attributes:
        heard: The items of each subscription.
        disposed: How many subscriptions were ended from outside or by themselves.
    """

    def __init__(
        self,
        answer: Callable[[Heard], Iterable[Recognised | Exception | None]],
        at_end: Sequence[Transcript] = (),
    ) -> None:
        self.heard: list[list[Heard]] = []
        self.disposed = 0
        self._answer = answer
        self._at_end = at_end

    def __call__(self, source: Observable[Heard]) -> Observable[Recognised]:
        def subscribe(
            observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            heard: list[Heard] = []
            self.heard.append(heard)

            def on_next(item: Heard) -> None:
                heard.append(item)
                for answer in self._answer(item):
                    if isinstance(answer, Exception):
                        observer.on_error(answer)
                    elif answer is None:
                        observer.on_completed()
                    else:
                        observer.on_next(answer)

            def on_completed() -> None:
                for transcript in self._at_end:
                    observer.on_next(transcript)
                observer.on_completed()

            subscription = source.subscribe(
                on_next, observer.on_error, on_completed, scheduler=scheduler
            )

            def dispose() -> None:
                self.disposed += 1
                subscription.dispose()

            return Disposable(dispose)

        return Observable(subscribe)


def transcriber(answers: Observable[Any]) -> Transcriber:
    """Return a transcriber that does not listen and says what a stream says."""
    return lambda source: answers


def _part(audio: AudioFrame, first: int, last: int) -> AudioFrame:
    return AudioFrame(audio.samples[first:last], audio.rate, audio.pts + first / audio.rate)

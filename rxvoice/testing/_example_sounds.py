"""Marbles in docstrings: letters that stand for audio."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import numpy as np
from reactivex import Observable, abc

from rxvoice.items import AudioFrame

from ._items import silence, tone

_RATE = 16_000
_LOUD = 1_000.0
_NEAR = 1e-6


class Sound:
    """What a letter for audio means: a frame where it goes in, a test where it comes out."""

    def __init__(
        self, loud: bool, duration: float | None, rate: int | None, pts: float | None
    ) -> None:
        self.loud = loud
        self.duration = duration
        self.rate = rate
        self.pts = pts

    def __repr__(self) -> str:
        said = {"duration": self.duration, "rate": self.rate, "pts": self.pts}
        shown = ", ".join(f"{name}={value!r}" for name, value in said.items() if value is not None)
        return f"{'speech' if self.loud else 'quiet'}({shown})"

    def frame(self, pts: float, duration: float) -> AudioFrame:
        """Return a frame; what the letter says goes before what is given here."""
        make = tone if self.loud else silence
        return make(
            duration if self.duration is None else self.duration,
            self.rate or _RATE,
            pts if self.pts is None else self.pts,
        )

    def __call__(self, value: object) -> bool:
        return (
            isinstance(value, AudioFrame)
            and is_loud(value) == self.loud
            and (self.rate is None or value.rate == self.rate)
            and (self.pts is None or abs(value.pts - self.pts) < _NEAR)
            and (self.duration is None or abs(value.duration - self.duration) < _NEAR)
        )


def speech(
    duration: float | None = None, *, rate: int | None = None, pts: float | None = None
) -> Any:
    """Stand for audio in which somebody speaks (a tone), in the legend of a docstring's marbles.

    Where it goes in it is a frame; where it comes out it fits every frame of speech that has
    what is said here.

    Args:
        duration: Seconds; as an input one column unless given.
        rate: In Hz; as an input 16 000 unless given.
        pts: Seconds; as an input the end of the audio before in the same row unless given.
    """
    return Sound(True, duration, rate, pts)


def quiet(
    duration: float | None = None, *, rate: int | None = None, pts: float | None = None
) -> Any:
    """Stand for audio in which nobody speaks (digital silence); arguments as for `speech`."""
    return Sound(False, duration, rate, pts)


def is_loud(frame: AudioFrame) -> bool:
    """Tell a tone from silence."""
    if not len(frame.samples):
        return False
    return float(np.abs(frame.samples.astype(np.float32)).mean()) > _LOUD


class Playhead:
    """Makes the sounds of one row into frames that follow each other."""

    def __init__(self, column: float) -> None:
        self._column = column
        self._end = 0.0

    def play(self, item: Any) -> Any:
        """Return a frame for a sound, and all else as it is."""
        if not isinstance(item, Sound):
            return item
        frame = item.frame(self._end, self._column)
        self._end = round(frame.end, 9)
        return frame


def sounding(source: Observable[Any], column: float) -> Observable[Any]:
    """Make sounds into frames, for each subscription anew."""

    def subscribe(
        observer: abc.ObserverBase[Any], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        playhead = Playhead(column)
        return source.subscribe(
            lambda item: observer.on_next(playhead.play(item)),
            observer.on_error,
            observer.on_completed,
            scheduler=scheduler,
        )

    return Observable(subscribe)


async def sounding_items(
    items: AsyncGenerator[Any, None], column: float
) -> AsyncGenerator[Any, None]:
    """Make sounds into frames; closing it closes what it iterates."""
    playhead = Playhead(column)
    async with aclosing(items):
        async for item in items:
            yield playhead.play(item)


__all__ = ["Sound", "is_loud", "quiet", "sounding", "sounding_items", "speech"]

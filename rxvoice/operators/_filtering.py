"""The inside of `filter_audio`: one subscription."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from reactivex import abc

from rxvoice.contracts import AudioFilter
from rxvoice.items import AudioFrame, Event, Fault

MAX_JITTER = 0.005  # seconds by which the frames' times may leave the count of samples
NOTHING = np.empty(0, np.int16)


class Filtering:
    """Gives audio to a filter, and what comes out of it the times of what went in.

    Args:
        observer: Gets what passes.
        filter: Is closed with it.
    """

    def __init__(self, observer: abc.ObserverBase[Event], filter: AudioFilter) -> None:
        self._observer = observer
        self._filter = filter
        self._enabled = True
        self._rate = 0
        self._held = 0
        self._end = 0.0
        self._failing = False
        self._closed = False

    def switch(self, enabled: bool) -> None:
        """Use the filter from now on, or do not."""
        if self._enabled and not enabled:
            self._flush()
        self._enabled = enabled

    def tune(self, settings: Mapping[str, float]) -> None:
        """Change the filter's settings."""
        try:
            self._filter.tune(settings)
        except Exception as error:
            self._tell("the audio filter refused its settings", error)

    def on_control_lost(self, error: Exception) -> None:
        """Take the failure of what switches or tunes the filter."""
        self._tell("the audio filter can no longer be switched or tuned", error)

    def on_next(self, item: Event) -> None:
        """Take an item from the source."""
        if isinstance(item, AudioFrame) and self._enabled and len(item.samples):
            self._take(item)
        else:
            self._observer.on_next(item)

    def on_error(self, error: Exception) -> None:
        """Take the source's failure."""
        self._flush()
        self._observer.on_error(error)

    def on_completed(self) -> None:
        """Take the source's completion."""
        self._flush()
        self._observer.on_completed()

    def dispose(self) -> None:
        """Release the filter."""
        if not self._closed:
            self._closed = True
            self._filter.close()

    def _take(self, frame: AudioFrame) -> None:
        if frame.rate != self._rate or (self._held and abs(frame.pts - self._end) > MAX_JITTER):
            self._flush()
            if self._closed:
                return
        try:
            if frame.rate != self._rate:
                self._rate = 0
                self._filter.start(frame.rate)
                self._rate = frame.rate
            ready = self._filter(frame.samples)
        except Exception as error:
            if not self._failing:
                self._failing = True
                self._tell("the audio filter failed", error)
            self._held = 0
            self._observer.on_next(frame)
            return
        self._failing = False
        pts = frame.pts - self._held / self._rate
        self._end = frame.end
        self._held += len(frame.samples)
        self._give(ready, pts)

    def _flush(self) -> None:
        if not self._held or self._closed:
            return
        try:
            rest = self._filter.flush()
        except Exception as error:
            self._tell("the audio filter failed", error)
            rest = NOTHING
        self._give(rest, self._end - self._held / self._rate)
        self._held = 0

    def _give(self, samples: NDArray[np.int16], pts: float) -> None:
        if len(samples):
            self._held -= len(samples)
            self._observer.on_next(AudioFrame(samples, self._rate, pts))

    def _tell(self, what: str, error: Exception) -> None:
        self._observer.on_next(Fault("filter", f"{what}: {error}", cause=error))

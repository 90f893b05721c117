"""What is tried with a source."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from reactivex import Observable

from rxvoice.items import AudioFrame, Fault

from ._examination import Examination
from ._spoken import frames_of
from ._trial import Scenario, Trial


class SourceTrials:
    """The trials and what they show."""

    def __init__(
        self, exam: Examination[Any], opened: Callable[[], int] | None, listen: float | None
    ) -> None:
        self._exam = exam
        self._opened = opened
        self._listen = listen

    def listen(self, listeners: int, times: int = 1) -> Scenario:
        """Listen to the end, or for a while."""

        async def scenario(trial: Trial, source: Observable[Any]) -> None:
            for _ in range(times):
                probes = [trial.observe(lambda: source) for _ in range(listeners)]
                for probe in probes:
                    if self._listen is None:
                        await trial.over(probe)
                    else:
                        await trial.until(probe.began + self._listen)
                        probe.dispose()
            await self._closed(trial)

        return scenario

    def unused(self) -> Scenario:
        """Do not subscribe at all."""

        async def scenario(trial: Trial, source: Observable[Any]) -> None:
            await trial.idle()
            if self._opened is not None and self._opened():
                trial.early = [*(trial.early or ()), f"{self._opened()} opened"]

        return scenario

    def cuts(self) -> list[tuple[str, Scenario]]:
        """Unsubscribe at many instants."""

        def after(turns: int) -> Scenario:
            async def scenario(trial: Trial, source: Observable[Any]) -> None:
                probe = trial.observe(lambda: source)
                for _ in range(turns):
                    await trial.pause()
                probe.dispose()
                await self._closed(trial)

            return scenario

        def at(item: int, *, inside: bool) -> Scenario:
            async def scenario(trial: Trial, source: Observable[Any]) -> None:
                probe = trial.observe(lambda: source, cut_inside=item if inside else None)
                trial.extend()
                await probe.until(lambda: len(probe.items) > item)
                probe.dispose()
                await self._closed(trial)

            return scenario

        return [
            ("unsubscribed in the turn in which it was subscribed", after(0)),
            ("unsubscribed a turn later", after(1)),
            ("unsubscribed after the first item", at(0, inside=False)),
            ("unsubscribed within the first item", at(0, inside=True)),
            ("unsubscribed within the fourth item", at(3, inside=True)),
        ]

    async def _closed(self, trial: Trial) -> None:
        if self._opened is not None:
            await trial.clean()
            count = self._opened()
            self._exam.expect("closes", not count, f"{count} are still open", trial)

    def audio(self, trial: Trial, duration: float | None) -> bool:
        """Judge the audio of one subscription."""
        exam, (probe,) = self._exam, trial.probes
        frames = frames_of(probe.values)
        trouble = [value for value in probe.values if isinstance(value, Fault)]
        trouble += [probe.error] if probe.error is not None else []
        fine = bool(frames) and not trouble
        happened = f"{len(frames)} frames came, and {trouble or 'nothing else'}"
        if not exam.expect("gives audio", fine, happened, trial):
            return False
        rates = sorted({frame.rate for frame in frames})
        empty = sum(not len(frame.samples) for frame in frames)
        happened = f"the rates are {rates}, and {empty} frames are empty"
        exam.expect("frames", len(rates) == 1 and not empty, happened, trial)
        gap = _gap(frames)
        exam.expect("times", not gap, gap, trial)
        if duration is not None:
            length = sum(frame.duration for frame in frames)
            kept = abs(length - duration) <= 0.001 + 1.0 / rates[0]
            exam.expect("duration", kept, f"{length:g} s came of {duration:g} s", trial)
        return True

    def alike(self, trial: Trial | None, point: str, sound: Any) -> None:
        """Judge whether all subscriptions got the same audio."""
        if trial is None:
            return
        sounds = [sound_of(probe.values) for probe in trial.probes]
        expected = sounds[0] if sound is None else sound
        for number, heard in enumerate(sounds, 1):
            size = min(len(heard), len(expected)) if self._listen else max(map(len, sounds))
            kept = bool(size) and np.array_equal(heard[:size], expected[:size])
            happened = f"subscription {number} got other audio: {len(heard)} samples"
            self._exam.expect(point, kept, happened, trial)


def _gap(frames: Sequence[AudioFrame]) -> str:
    if abs(frames[0].pts) > 1e-6:
        return f"the first frame is at {frames[0].pts:g} s, not at 0"
    for one, other in pairwise(frames):
        if abs(other.pts - one.end) > 0.5 / one.rate:
            return f"a frame at {other.pts:g} s follows one that ends at {one.end:g} s"
    return ""


def sound_of(values: Sequence[Any]) -> Any:
    """Return all samples."""
    return np.concatenate([np.empty(0, np.int16), *(frame.samples for frame in frames_of(values))])


__all__ = ["SourceTrials", "sound_of"]

"""What is tried with a voice detector."""

import inspect
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rxvoice.audio import convert_rate
from rxvoice.contracts import Vad, VoiceDetector
from rxvoice.items import AudioFrame

from ._examination import Examination
from ._explain import explain
from ._made import wrong_call
from ._probability import is_probability
from ._trial import Trial

Samples = NDArray[np.int16]

_ALIKE: Final = 1e-3


class VadTrials:
    """The trials."""

    def __init__(self, exam: Examination[Any], speech: AudioFrame) -> None:
        self._exam = exam
        self._speech = speech
        self._alone: list[float] = []

    async def speech(self, trial: Trial, vad: Vad) -> None:
        expect = self._exam.expect
        if wrong_call(vad):
            raise TypeError("make opened a detector; it has to return what opens them: lambda: it")
        detector = await _open(trial, vad)
        rate, window = detector.rate, detector.window
        sane = all(isinstance(n, int) and n > 0 for n in (rate, window))  # pyright: ignore
        if not expect("rate and window", sane, f"rate is {rate!r}, window is {window!r}"):
            raise ValueError("a detector without rate or window cannot be tried")
        self._alone = self._listen(trial, detector, self._windows(detector))
        loud = sum(p > 0.5 for p in self._alone) / len(self._alone)
        expect("hears speech", loud >= 0.2, f"{loud:.0%} of the windows of speech do")
        kept = (detector.rate, detector.window) == (rate, window)
        expect("rate and window", kept, f"they are now {detector.rate} and {detector.window}")
        trial.call(detector.close)
        quiet = await _open(trial, vad)
        zeros = [np.zeros(window, np.int16)] * math.ceil(2.0 * rate / window)
        heard = self._listen(trial, quiet, zeros)[rate // window :]
        highest = max(heard)
        expect("silence is no speech", highest <= 0.5, f"one has a probability of {highest:g}")
        trial.call(quiet.close)

    async def pair(self, trial: Trial, vad: Vad) -> None:
        expect = self._exam.expect
        one, other = await _open(trial, vad), await _open(trial, vad)
        windows = self._windows(one)
        mixed: list[float] = []
        for window in windows:
            mixed += self._listen(trial, one, [window])
            self._listen(trial, other, [np.zeros_like(window)])
        self._alike("independent", mixed, "while another detector heard silence")
        third = await _open(trial, vad)
        self._alike("repeatable", self._listen(trial, third, windows), "with a second detector")
        for detector in (one, other, third):
            trial.call(detector.close)
        expect("independent", one is not other, "the same detector was opened twice")

    async def reset(self, trial: Trial, vad: Vad) -> None:
        detector = await _open(trial, vad)
        windows = self._windows(detector)
        self._listen(trial, detector, windows)
        trial.call(detector.reset)
        self._alike("reset", self._listen(trial, detector, windows), "after a reset")
        trial.call(detector.close)

    async def borrowed(self, trial: Trial, vad: Vad) -> None:
        detector = await _open(trial, vad)
        windows = self._windows(detector)
        buffer = np.zeros(detector.window, np.int16)
        heard: list[float] = []
        untouched = True
        for window in windows:
            buffer[:] = window
            heard += self._listen(trial, detector, [buffer])
            untouched = untouched and np.array_equal(buffer, window)
        self._exam.expect("audio untouched", untouched, "the samples of a window were changed")
        self._alike("keeps no samples", heard, "when one array is used for all windows")
        trial.call(detector.close)

    async def odd(self, trial: Trial, vad: Vad) -> None:
        detector = await _open(trial, vad)
        size = detector.window
        noise = np.random.default_rng(0).integers(-32768, 32768, size).astype(np.int16)
        square = np.where(np.arange(size) % 20 < 10, 32767, -32768).astype(np.int16)
        for sound in (noise, square, *(np.full(size, n, np.int16) for n in (-32768, 32767, 1))):
            self._listen(trial, detector, [sound] * 3)
        trial.call(detector.close)

    async def close(self, trial: Trial, vad: Vad) -> None:
        unused, used = await _open(trial, vad), await _open(trial, vad)
        trial.call(unused.close)
        heard = self._listen(trial, used, self._windows(used))
        self._alike("close", heard, "after another detector was closed")
        trial.call(used.close)

    async def close_twice(self, trial: Trial, vad: Vad) -> None:
        detector = await _open(trial, vad)
        trial.call(detector.close)
        try:
            trial.call(detector.close)
        except Exception as error:
            self._exam.expect("closing twice", False, f"it raised {explain(error)}")
        else:
            self._exam.expect("closing twice", True)

    async def give_up(self, trial: Trial, vad: Vad) -> None:
        for turns in (0, 1, 3):
            detector = trial.call(vad)
            if not inspect.isawaitable(detector):
                trial.call(detector.close)
                continue
            if turns == 0:  # never awaited: the stream was unsubscribed before
                if inspect.iscoroutine(detector):
                    detector.close()
                continue
            waiting = trial.ask(detector)
            for _ in range(turns):
                await trial.pause()
            if not waiting.cancel():
                trial.call((await waiting).close)

    def _windows(self, detector: VoiceDetector) -> list[Samples]:
        samples = convert_rate(self._speech.samples, self._speech.rate, detector.rate)
        size = detector.window
        samples = np.pad(samples, (0, max(0, size - len(samples))))
        ends = range(size, len(samples) + 1, size)
        return [samples[end - size : end].copy() for end in ends]

    def _listen(
        self, trial: Trial, detector: VoiceDetector, windows: Sequence[Samples]
    ) -> list[float]:
        found: list[float] = []
        for window in windows:
            view = window.view()
            view.flags.writeable = False
            found.append(trial.call(detector, view))
        wrong = [p for p in found if not is_probability(p)]
        self._exam.expect("probabilities", not wrong, f"it answered {wrong[:1]}")
        return [float(p) if is_probability(p) else 0.0 for p in found]

    def _alike(self, point: str, heard: Sequence[float], when: str) -> None:
        gaps = [abs(a - b) for a, b in zip(heard, self._alone, strict=True)]
        worst = int(np.argmax(gaps))
        happened = (
            f"{when}, window {worst} has the probability {heard[worst]:.3f} instead of "
            f"{self._alone[worst]:.3f}"
        )
        self._exam.expect(point, gaps[worst] <= _ALIKE, happened)


async def _open(trial: Trial, vad: Vad) -> VoiceDetector:
    detector = trial.call(vad)
    return await trial.ask(detector) if inspect.isawaitable(detector) else detector


__all__ = ["VadTrials"]

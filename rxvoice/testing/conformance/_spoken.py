"""Judging what a voice gave."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from rxvoice.items import AudioFrame, Fault, Word

from ._examination import Examination
from ._explain import explain
from ._speech import plain
from ._trial import Trial

_TOLERANCE: Final = 0.1
_EARLY: Final = 0.02


class Spoken:
    """Judges the trials of a voice.

    Args:
        exam: The check.
        words: Whether the voice gives words.
    """

    def __init__(self, exam: Examination[Any], *, words: bool) -> None:
        self._exam = exam
        self._words = words

    def reply(self, trial: Trial | None, sentences: Sequence[str], point: str) -> bool:
        """Judge everything about one reply.

        Args:
            trial: The trial; its last subscription counts.
            sentences: What was to be said.
            point: The point that fails when not all of it is said.
        """
        if trial is None:
            return False
        exam, values = self._exam, trial.probes[-1].values
        faults = [value for value in values if isinstance(value, Fault)]
        error = trial.probes[-1].error
        told = f"it failed with {explain(error)}" if error is not None else f"there came {faults}"
        if not exam.expect("no faults", not faults and error is None, told, trial):
            return False
        frames = frames_of(values)
        sounds = exam.expect(point, bool(frames), "no audio came", trial)
        wrong = _wrong_frames(frames)
        exam.expect("frames", not wrong, wrong, trial)
        gap = _gap(frames)
        exam.expect("times", not gap, gap, trial)
        if self._words:
            self._judge_words(trial, sentences, point)
        return sounds

    def said(self, trial: Trial | None, probe: int, sentences: Sequence[str], point: str) -> None:
        """Judge only what one subscription said."""
        if trial is None:
            return
        values = trial.probes[probe].values
        self._exam.expect(point, bool(frames_of(values)), "no audio came", trial)
        if self._words:
            happened = f"it said {_said(values)!r} instead of {' '.join(sentences)!r}"
            kept = plain(_said(values)) == plain(" ".join(sentences))
            self._exam.expect(point, kept, happened, trial)

    def nothing(self, trial: Trial | None, point: str) -> None:
        """Judge a reply without text."""
        if trial is not None:
            some = [v for v in trial.probes[-1].values if isinstance(v, AudioFrame | Word)]
            self._exam.expect(point, not some, f"it gave {len(some)} items", trial)

    def _judge_words(self, trial: Trial, sentences: Sequence[str], point: str) -> None:
        exam, values = self._exam, trial.probes[-1].values
        text = " ".join(sentences)
        happened = f"the words say {_said(values)!r} instead of {text!r}"
        exam.expect(point, plain(_said(values)) == plain(text), happened, trial)
        words = [value for value in values if isinstance(value, Word)]
        wrong = _wrong_words(words, sum(frame.duration for frame in frames_of(values)))
        exam.expect("words", not wrong, wrong, trial)
        heard = 0.0
        late = ""
        for value in values:
            if isinstance(value, AudioFrame):
                heard = value.end
            elif isinstance(value, Word) and value.pts < heard - _EARLY:
                late = late or f"{value.text!r} at {value.pts:g} s came after {heard:g} s of audio"
        exam.expect("words come first", not late, late, trial)


def frames_of(values: Sequence[Any]) -> list[AudioFrame]:
    """Return the audio frames."""
    return [value for value in values if isinstance(value, AudioFrame)]


def _said(values: Sequence[Any]) -> str:
    words = [value for value in values if isinstance(value, Word)]
    return "".join(w.text if w.verbatim else f" {w.text}" for w in words).strip()


def _wrong_frames(frames: Sequence[AudioFrame]) -> str:
    rates = sorted({frame.rate for frame in frames})
    if len(rates) > 1:
        return f"the rate changes: {rates}"
    if any(not len(frame.samples) for frame in frames):
        return "a frame has no samples"
    if frames and not any(np.any(frame.samples) for frame in frames):
        return "all samples are 0"
    return ""


def _gap(frames: Sequence[AudioFrame]) -> str:
    """Tell where frames do not follow each other from 0 on."""
    if frames and abs(frames[0].pts) > 1e-6:
        return f"the first frame is at {frames[0].pts:g} s, not at 0"
    for one, other in pairwise(frames):
        if abs(other.pts - one.end) > 1.0 / one.rate:
            return f"a frame at {other.pts:g} s follows one that ends at {one.end:g} s"
    return ""


def _wrong_words(words: Sequence[Word], length: float) -> str:
    for one, other in pairwise(words):
        if other.pts < one.pts:
            return f"{other.text!r} at {other.pts:g} s follows {one.text!r} at {one.pts:g} s"
    outside = [word for word in words if not 0.0 <= word.pts <= word.end <= length + _TOLERANCE]
    return f"{outside[0]} is outside the {length:g} s of audio" if outside else ""


__all__ = ["Spoken", "frames_of"]

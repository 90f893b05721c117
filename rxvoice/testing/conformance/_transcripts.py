"""Judging transcripts."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from rxvoice.items import Fault, SpeechStarted, SpeechStopped, Transcript

from ._examination import Examination
from ._explain import explain
from ._speech import Says, Script, finals, fits, plain, sound, text_of, told
from ._trial import Trial

_TOLERANCE: Final = 0.1
_PADDING: Final = 1.5


class Transcripts:
    """Judges the trials of a transcriber."""

    def __init__(
        self, exam: Examination[Any], says: Says, *, words: bool, times: bool, finalizes: bool
    ) -> None:
        self._exam = exam
        self._says = says
        self._words = words
        self._times = times
        self._finalizes = finalizes

    def utterance(self, trial: Trial | None, script: Script) -> str:
        """Judge everything about one utterance, and return its text."""
        if trial is None or not self._no_faults(trial):
            return ""
        self.says(trial, "text")
        self._form(trial, script)
        return text_of(trial.probes[0].values)

    def says(self, trial: Trial | None, point: str) -> None:
        """Judge whether the text of a trial is right."""
        if trial is not None:
            text = text_of(trial.probes[0].values)
            wanted = told(self._says)
            happened = f"the final text is {text!r}, not {wanted}"
            self._exam.expect(point, fits(self._says, text), happened, trial)

    def same(self, trial: Trial | None, text: str, point: str) -> None:
        """Judge whether the text is that of another trial."""
        if trial is not None:
            heard = text_of(trial.probes[0].values)
            happened = f"the final text is {heard!r} instead of {text!r}"
            self._exam.expect(point, plain(heard) == plain(text), happened, trial)

    def each(self, trial: Trial | None, point: str, texts: Sequence[str]) -> None:
        """Judge the texts of several subscriptions."""
        if trial is not None:
            heard = [text_of(probe.values) for probe in trial.probes]
            kept = list(map(plain, heard)) == list(map(plain, texts))
            happened = f"the subscriptions were told {heard} instead of {list(texts)}"
            self._exam.expect(point, kept, happened, trial)

    def clock(self, trial: Trial | None, script: Script) -> None:
        """Judge the times of a stream whose clock begins late."""
        if trial is not None and self._times:
            wrong = _out_of_place(finals(trial.probes[0].values), script)
            self._exam.expect("source's clock", not wrong, wrong, trial)

    def several(self, trial: Trial | None, script: Script) -> None:
        """Judge two utterances in one stream."""
        if trial is None:
            return
        (probe,) = trial.probes
        begins = script.spoken[1][0]
        parts = [
            text_of([value for at, value in probe.items if (at < begins) == first])
            for first in (True, False)
        ]
        kept = all(fits(self._says, part) for part in parts)
        happened = f"the first gave {parts[0]!r}, the second {parts[1]!r}"
        self._exam.expect("several utterances", kept, happened, trial)
        self._form(trial, script)
        last = finals(probe.values)[-1:]
        if self._times and last and last[0].end < begins:
            happened = f"the second says of itself that it ended at {last[0].end:g} s"
            self._exam.expect("times", False, happened, trial)

    def silence(self, trial: Trial | None, *, blank: bool, point: str = "silence") -> None:
        """Judge what came of silence."""
        if trial is None:
            return
        values = trial.probes[0].values
        texts = [value.text for value in values if isinstance(value, Transcript) and value.text]
        self._exam.expect(point, not texts, f"it was told {texts}", trial)
        if blank:
            happened = "no final transcript came"
            self._exam.expect("blank final", bool(finals(values)), happened, trial)

    def _no_faults(self, trial: Trial) -> bool:
        (probe,) = trial.probes
        faults = [value for value in probe.values if isinstance(value, Fault)]
        error = probe.error
        told = f"it failed with {explain(error)}" if error is not None else f"there came {faults}"
        return self._exam.expect("no faults", not faults and error is None, told, trial)

    def _form(self, trial: Trial, script: Script) -> None:
        """Judge the transcripts themselves."""
        exam, (probe,) = self._exam, trial.probes
        transcripts = [value for value in probe.values if isinstance(value, Transcript)]
        loose = [t.text for t in transcripts if t.text != t.text.strip()]
        exam.expect("text is stripped", not loose, f"there are the texts {loose}", trial)
        half = [t.text for t in transcripts if t.is_finalized and not t.is_final]
        exam.expect("finality", not half, f"{half} is finalized and not final", trial)
        given = [item for _, item in trial.feeds[0].given]
        exam.expect("audio untouched", sound(given) == script.sound, "samples changed", trial)
        if self._finalizes:
            self._judge_finalized(trial)
        if self._times:
            wrong = _out_of_place([t for t in transcripts if t.text], script)
            exam.expect("times", not wrong, wrong, trial)
        if self._words:
            found = [_wrong_words(transcript) for transcript in finals(transcripts)]
            wrong = "; ".join(text for text in found if text)
            exam.expect("words", not wrong, wrong, trial)

    def _judge_finalized(self, trial: Trial) -> None:
        (feed,), (probe,) = trial.feeds, trial.probes
        events: list[tuple[float, int, Any]] = []
        events += [(at, 0, item) for at, item in feed.given]
        events += [(at, 1, item) for at, item in probe.items]
        owed = done = False
        wrong = ""
        for _, _, item in sorted(events, key=lambda event: event[:2]):
            match item:
                case SpeechStarted():
                    wrong = wrong or ("an utterance was never finalized" if owed else "")
                    owed = done = False
                case SpeechStopped():
                    owed = not done
                case Transcript(text=text):
                    if done:
                        wrong = wrong or f"{text!r} came after the utterance was finalized"
                    if item.is_finalized:
                        owed, done = False, True
                case _:
                    pass
        wrong = wrong or ("the last utterance was never finalized" if owed else "")
        self._exam.expect("finalized", not wrong, wrong, trial)


def _out_of_place(transcripts: Sequence[Transcript], script: Script) -> str:
    """Tell what is wrong with the times of transcripts, if anything is."""
    first, last = script.spoken[0][0] - _PADDING, script.end + _TOLERANCE
    for transcript in transcripts:
        pts, end, text = transcript.pts, transcript.end, transcript.text
        if not 0.0 <= pts <= end:
            return f"{text!r} has pts={pts:g} and end={end:g}"
        if text and not first <= pts <= end <= last:
            spoken = ", ".join(f"{start:g}…{stop:g} s" for start, stop in script.spoken)
            return (
                f"{text!r} has pts={pts:g} and end={end:g}; speech was at {spoken}, and the audio "
                f"ended at {script.end:g} s"
            )
    ends = [(t.pts, t.end) for t in transcripts if t.is_final and t.text]
    for one, other in pairwise(ends):
        if other[1] < one[1] or other[0] < one[0]:
            return f"a final transcript of {other} s follows one of {one} s"
    return ""


def _wrong_words(transcript: Transcript) -> str:
    """Tell what is wrong with the words of a transcript, if anything is."""
    words = transcript.words
    if plain("".join(w.text if w.verbatim else f" {w.text}" for w in words)) != plain(
        transcript.text
    ):
        return f"the words {[word.text for word in words]} do not say {transcript.text!r}"
    for one, other in pairwise(words):
        if other.pts < one.pts:
            return f"{other.text!r} at {other.pts:g} s follows {one.text!r} at {one.pts:g} s"
    low, high = transcript.pts - _TOLERANCE, transcript.end + _TOLERANCE
    outside = [word for word in words if not low <= word.pts <= word.end <= high]
    if outside and transcript.end > 0.0:
        return f"{outside[0]} is outside its transcript, {transcript.pts:g}…{transcript.end:g} s"
    return ""


__all__ = ["Transcripts"]

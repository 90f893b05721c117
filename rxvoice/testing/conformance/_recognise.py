"""`check_recognise`."""

from typing import Any, Final

from rxvoice.contracts import Recognise
from rxvoice.items import AudioFrame, Transcript

from ._calls import COMMON, Answers, ask, at_16_khz, judge_calls
from ._examination import Examination, Settings, usable
from ._report import Report
from ._speech import Says, fits, silent, told
from ._trial import Make, Trial

POINTS: Final = usable(
    {
        "text": "a clear utterance gives a Transcript of what was said",
        "silence": "silence gives a Transcript with blank text",
        **COMMON,
    },
    stream=False,
)


def check_recognise(
    make: Make[Recognise],
    /,
    *,
    audio: AudioFrame,
    says: Says,
    failing: Make[Recognise] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a function that recognises whole utterances keeps `rxvoice.contracts.Recognise`.

    What `rxvoice.operators.utterances` makes of it can be checked by `check_transcriber`.

    Args:
        make: Makes the function.
        audio: One utterance; it is resampled to 16 kHz.
        says: Words that its text must hold, whatever their case and punctuation, or a function
            that tells whether a text is right.
        failing: Makes one whose service cannot be reached or refuses.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that an answer may take.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    __tracebackhide__ = True
    audio = at_16_khz("audio", audio)
    exam = Examination("check_recognise", POINTS, make, Settings(real_io, patience))

    def judge(point: str, answer: Any, wanted: Says | None) -> bool:
        text = answer.text if isinstance(answer, Transcript) else None
        if text is None or wanted is None:
            return exam.expect(point, not (text or text is None), f"it answered {answer!r}")
        return exam.expect(point, fits(wanted, text), f"it answered {text!r}, not {told(wanted)}")

    async def main(trial: Trial, recognise: Recognise) -> None:
        judge("text", await ask(trial, recognise, audio), says)
        judge("silence", await ask(trial, recognise, silent(audio)), None)

    if exam.run("one utterance, then silence", main, hang="text") is not None:
        answers: Answers = [
            (audio, lambda answer, point: judge(point, answer, says)),
            (silent(audio), lambda answer, point: judge(point, answer, None)),
        ]
        judge_calls(exam, audio, answers, failing)
    return exam.conclude()


__all__ = ["check_recognise"]

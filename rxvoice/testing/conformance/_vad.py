"""`check_vad`."""

from typing import Final

from rxvoice.contracts import Vad
from rxvoice.items import AudioFrame

from ._examination import Examination, Settings, usable
from ._report import Report
from ._trial import Make
from ._vad_trials import VadTrials

POINTS: Final = usable(
    {
        "rate and window": "rate and window are positive whole numbers that never change",
        "probabilities": "each window gives a number from 0 to 1, also the loudest and the oddest",
        "hears speech": "a fifth of the windows of speech, or more, have a probability above 0.5",
        "silence is no speech": "no window of digital silence after the first second has a "
        "probability above 0.5",
        "repeatable": "two detectors give the same answers to the same audio",
        "independent": "detectors that are used by turns know nothing of each other",
        "reset": "after a reset it answers as if it were new",
        "audio untouched": "the samples belong to everybody and are not written to",
        "keeps no samples": "it does not look at an array again after the call: the caller may "
        "reuse it",
        "close": "a detector may be closed unused, and closing one harms no other",
        "closing twice": "closing again does nothing",
        "given up": "who opens a detector and never awaits it, or is cancelled while it loads, "
        "leaves nothing",
    },
    stream=False,
)


def check_vad(
    make: Make[Vad],
    /,
    *,
    speech: AudioFrame,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a voice detector keeps `rxvoice.contracts.Vad`.

    Args:
        make: Makes the function that opens detectors.
        speech: Some speech, of half a second or more; it is resampled to what the detector wants.
        real_io: Whether it uses sockets or threads of its own; without, the check is quicker.
        patience: Virtual seconds that an answer may take.

    Returns:
        What was looked at, and what was skipped.

    Raises:
        ConformanceError: With all points that failed.
        ValueError: When an argument makes no sense.
    """
    __tracebackhide__ = True
    if not len(speech.samples):
        raise ValueError("speech must hold samples")
    exam = Examination("check_vad", POINTS, make, Settings(real_io, patience))
    judge = VadTrials(exam, speech)
    for title, scenario, hang in (
        ("speech", judge.speech, "usable"),
        ("two detectors", judge.pair, "repeatable"),
        ("reset", judge.reset, "reset"),
        ("borrowed samples", judge.borrowed, "usable"),
        ("loud and odd sounds", judge.odd, "probabilities"),
        ("closing", judge.close, "close"),
        ("closing twice", judge.close_twice, "closing twice"),
    ):
        if exam.run(title, scenario, hang=hang) is None and title == "speech":
            return exam.conclude()
    give_up = exam.run("opened and given up", judge.give_up, hang="given up", residue="given up")
    if give_up is not None:
        exam.expect("given up", True)
    return exam.conclude()


__all__ = ["check_vad"]

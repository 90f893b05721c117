"""`check_end_of_turn`."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from rxvoice.contracts import EndOfTurn
from rxvoice.items import AudioFrame

from ._calls import COMMON, RATE, Answers, ask, at_16_khz, judge_calls
from ._examination import Examination, Settings, usable
from ._probability import is_probability
from ._report import Report
from ._speech import silent
from ._trial import Make, Trial

POINTS: Final = usable(
    {
        "probability": "it answers with a number from 0 to 1, also for silence and for 8 s",
        "repeatable": "the same audio gives the same answer",
        "complete": "audio of a complete turn gives more than 0.5",
        "incomplete": "audio that ends in the midst of a turn gives less than 0.5",
        **COMMON,
    },
    stream=False,
)


def check_end_of_turn(
    make: Make[EndOfTurn],
    /,
    *,
    audio: AudioFrame,
    complete: AudioFrame | None = None,
    incomplete: AudioFrame | None = None,
    failing: Make[EndOfTurn] | None = None,
    real_io: bool = True,
    patience: float = 30.0,
) -> Report:
    """Check that a judge of ends of turns keeps `rxvoice.contracts.EndOfTurn`.

    Args:
        make: Makes the judge.
        audio: Some speech; it is resampled to 16 kHz.
        complete: A turn that sounds complete.
        incomplete: A turn that does not.
        failing: Makes one that cannot be used.
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
    exam = Examination("check_end_of_turn", POINTS, make, Settings(real_io, patience))
    long = AudioFrame(np.resize(audio.samples, 8 * RATE), RATE)
    found: list[Any] = []

    async def main(trial: Trial, model: EndOfTurn) -> None:
        for frame in (audio, audio, silent(audio), long):
            found.append(await ask(trial, model, frame))
        for name, frame in (("complete", complete), ("incomplete", incomplete)):
            if frame is None:
                exam.skip(name, f"no {name}= was given")
                continue
            answer = await ask(trial, model, at_16_khz(name, frame))
            exam.expect(name, (answer > 0.5) == (name == "complete"), f"it answered {answer:g}")

    if exam.run("some audio", main, hang="probability") is not None:
        wrong = [value for value in found if not is_probability(value)]
        if exam.expect("probability", not wrong, f"it answered {wrong[:1]}"):
            same = abs(found[0] - found[1]) < 1e-3
            exam.expect("repeatable", same, f"it answered {found[0]:g} and then {found[1]:g}")

            def judge(expected: float) -> Callable[[Any, str], object]:
                return lambda answer, point: exam.expect(
                    point, abs(answer - expected) < 1e-3, f"{answer:g} instead of {expected:g}"
                )

            answers: Answers = [(audio, judge(found[0])), (silent(audio), judge(found[2]))]
            judge_calls(exam, audio, answers, failing)
    return exam.conclude()


__all__ = ["check_end_of_turn"]

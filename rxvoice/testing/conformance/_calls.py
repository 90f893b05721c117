"""`check_recognise` and `check_end_of_turn`: providers that are asked and answer once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import numpy as np

from rxvoice.audio import convert_rate
from rxvoice.contracts import EndOfTurn, Recognise
from rxvoice.errors import RxvoiceError
from rxvoice.items import AudioFrame, Transcript

from ._examination import Examination, Settings, usable
from ._explain import explain
from ._probability import is_probability
from ._report import Report
from ._speech import Says, fits, silent, told
from ._trial import Make, Scenario, Trial

_RATE: Final = 16_000
_ODD: Final = (0, 1, 2, 160)
"""Numbers of samples."""

Answers: TypeAlias = list[tuple[AudioFrame, Callable[[Any, str], object]]]
"""Audio, and what judges the answer to it for a point."""

Asked: TypeAlias = Callable[[AudioFrame], Awaitable[Any]]

_COMMON: Final = {
    "audio untouched": "the samples belong to everybody and are not written to",
    "very short audio": "audio of no, one or a few samples is answered",
    "independent": "two calls at once get their own answers",
    "cancelling": "cancelling a call at any instant leaves no task, timer, connection, thread or "
    "open file, and the next call is answered",
    "failure": "a service that cannot be used raises an error of rxvoice, and never hangs",
}

RECOGNISE: Final = usable(
    {
        "text": "a clear utterance gives a Transcript of what was said",
        "silence": "silence gives a Transcript with blank text",
        **_COMMON,
    },
    stream=False,
)

END_OF_TURN: Final = usable(
    {
        "probability": "it answers with a number from 0 to 1, also for silence and for 8 s",
        "repeatable": "the same audio gives the same answer",
        "complete": "audio of a complete turn gives more than 0.5",
        "incomplete": "audio that ends in the midst of a turn gives less than 0.5",
        **_COMMON,
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
    audio = _at_16_khz("audio", audio)
    exam = Examination("check_recognise", RECOGNISE, make, Settings(real_io, patience))

    def judge(point: str, answer: Any, wanted: Says | None) -> bool:
        text = answer.text if isinstance(answer, Transcript) else None
        if text is None or wanted is None:
            return exam.expect(point, not (text or text is None), f"it answered {answer!r}")
        return exam.expect(point, fits(wanted, text), f"it answered {text!r}, not {told(wanted)}")

    async def main(trial: Trial, recognise: Recognise) -> None:
        judge("text", await _ask(trial, recognise, audio), says)
        judge("silence", await _ask(trial, recognise, silent(audio)), None)

    if exam.run("one utterance, then silence", main, hang="text") is not None:
        answers: Answers = [
            (audio, lambda answer, point: judge(point, answer, says)),
            (silent(audio), lambda answer, point: judge(point, answer, None)),
        ]
        _common(exam, audio, answers, failing)
    return exam.conclude()


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
    audio = _at_16_khz("audio", audio)
    exam = Examination("check_end_of_turn", END_OF_TURN, make, Settings(real_io, patience))
    long = AudioFrame(np.resize(audio.samples, 8 * _RATE), _RATE)
    found: list[Any] = []

    async def main(trial: Trial, model: EndOfTurn) -> None:
        for frame in (audio, audio, silent(audio), long):
            found.append(await _ask(trial, model, frame))
        for name, frame in (("complete", complete), ("incomplete", incomplete)):
            if frame is None:
                exam.skip(name, f"no {name}= was given")
                continue
            answer = await _ask(trial, model, _at_16_khz(name, frame))
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
            _common(exam, audio, answers, failing)
    return exam.conclude()


def _common(
    exam: Examination[Any],
    audio: AudioFrame,
    answers: Answers,
    failing: Make[Any] | None,
) -> None:
    """Judge what both have in common.

    Args:
        exam: The check.
        audio: Some audio.
        answers: Two questions, and who judges the answers.
        failing: Makes a provider that cannot do its work.
    """

    async def untouched(trial: Trial, provider: Asked) -> None:
        own = AudioFrame(audio.samples.copy(), audio.rate)
        await trial.ask(trial.call(provider, own))
        exam.expect("audio untouched", own == audio, "the samples were changed")

    async def short(trial: Trial, provider: Asked) -> None:
        for size in _ODD:
            await _ask(trial, provider, AudioFrame(audio.samples[:size], audio.rate))

    async def both(trial: Trial, provider: Asked) -> None:
        asked = [_ask(trial, provider, frame) for frame, _ in answers]
        for task, (_, judge) in zip(asked, answers, strict=True):
            judge(await task, "independent")

    exam.run("audio that others use", untouched, hang="audio untouched")
    if exam.run("very short audio", short, hang="very short audio") is not None:
        exam.expect("very short audio", True)
    exam.run("two calls at once", both, hang="independent")
    for turns in (0, 1, 2, 5):
        title = f"cancelled after {turns} turns of the loop"
        scenario = _cancel(turns, *answers[0])
        exam.run(title, scenario, hang="cancelling", residue="cancelling")
    _judge_failing(exam, failing, audio)


def _cancel(turns: int, frame: AudioFrame, judge: Callable[[Any, str], object]) -> Scenario:
    async def scenario(trial: Trial, provider: Asked) -> None:
        asked = _ask(trial, provider, frame)
        for _ in range(turns):
            await trial.pause()
        asked.cancel()
        judge(await _ask(trial, provider, frame), "cancelling")

    return scenario


def _judge_failing(exam: Examination[Any], make: Make[Any] | None, audio: AudioFrame) -> None:
    if make is None:
        exam.skip("failure", "no failing= was given")
        return

    async def scenario(trial: Trial, provider: Asked) -> None:
        try:
            answer = await _ask(trial, provider, audio)
        except RxvoiceError:
            exam.expect("failure", True)
        except Exception as error:
            exam.expect("failure", False, f"it raised {explain(error)}, which is no RxvoiceError")
        else:
            exam.expect("failure", False, f"it answered {answer!r}")

    exam.run("a provider that cannot do its work", scenario, hang="failure", make=make)


def _ask(trial: Trial, provider: Asked, audio: AudioFrame) -> "asyncio.Task[Any]":
    """Ask, with a copy, so that who writes to the samples spoils only one answer."""
    own = AudioFrame(audio.samples.copy(), audio.rate, audio.pts)
    return trial.ask(trial.call(provider, own))


def _at_16_khz(name: str, audio: AudioFrame) -> AudioFrame:
    if not len(audio.samples):
        raise ValueError(f"{name} must hold samples")
    return AudioFrame(convert_rate(audio.samples, audio.rate, _RATE), _RATE)


__all__ = ["check_end_of_turn", "check_recognise"]

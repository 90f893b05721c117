"""Providers that are asked and answer once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from rxvoice.audio import convert_rate
from rxvoice.errors import RxvoiceError
from rxvoice.items import AudioFrame

from ._examination import Examination
from ._explain import explain
from ._trial import Make, Scenario, Trial

RATE: Final = 16_000
_ODD: Final = (0, 1, 2, 160)
"""Numbers of samples."""

Answers: TypeAlias = list[tuple[AudioFrame, Callable[[Any, str], object]]]
"""Audio, and what judges the answer to it for a point."""

Asked: TypeAlias = Callable[[AudioFrame], Awaitable[Any]]

COMMON: Final = {
    "audio untouched": "the samples belong to everybody and are not written to",
    "very short audio": "audio of no, one or a few samples is answered",
    "independent": "two calls at once get their own answers",
    "cancelling": "cancelling a call at any instant leaves no task, timer, connection, thread or "
    "open file, and the next call is answered",
    "failure": "a service that cannot be used raises an error of rxvoice, and never hangs",
}


def judge_calls(
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
            await ask(trial, provider, AudioFrame(audio.samples[:size], audio.rate))

    async def both(trial: Trial, provider: Asked) -> None:
        asked = [ask(trial, provider, frame) for frame, _ in answers]
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
        asked = ask(trial, provider, frame)
        for _ in range(turns):
            await trial.pause()
        asked.cancel()
        judge(await ask(trial, provider, frame), "cancelling")

    return scenario


def _judge_failing(exam: Examination[Any], make: Make[Any] | None, audio: AudioFrame) -> None:
    if make is None:
        exam.skip("failure", "no failing= was given")
        return

    async def scenario(trial: Trial, provider: Asked) -> None:
        try:
            answer = await ask(trial, provider, audio)
        except RxvoiceError:
            exam.expect("failure", True)
        except Exception as error:
            exam.expect("failure", False, f"it raised {explain(error)}, which is no RxvoiceError")
        else:
            exam.expect("failure", False, f"it answered {answer!r}")

    exam.run("a provider that cannot do its work", scenario, hang="failure", make=make)


def ask(trial: Trial, provider: Asked, audio: AudioFrame) -> "asyncio.Task[Any]":
    """Ask, with a copy, so that who writes to the samples spoils only one answer."""
    own = AudioFrame(audio.samples.copy(), audio.rate, audio.pts)
    return trial.ask(trial.call(provider, own))


def at_16_khz(name: str, audio: AudioFrame) -> AudioFrame:
    if not len(audio.samples):
        raise ValueError(f"{name} must hold samples")
    return AudioFrame(convert_rate(audio.samples, audio.rate, RATE), RATE)


__all__ = ["COMMON", "RATE", "Answers", "Asked", "ask", "at_16_khz", "judge_calls"]

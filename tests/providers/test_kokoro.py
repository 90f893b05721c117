"""TT34: Kokoro by the path of its files, with a model that is made here."""

import asyncio
import shutil
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice.contracts import Speak, Spoken, Synthesizer
from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame, Sentence, Word
from rxvoice.providers._kokoro import MOST, KokoroVoice
from rxvoice.providers._kokoro_spelling import IDS
from rxvoice.providers._shared import Preparable
from rxvoice.providers.kokoro import Kokoro, kokoro
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_speak, check_synthesizer

from .tiny_onnx import FLOAT, INT32, INT64, Node, written

STEP = 600
"""Samples that the model makes of a phoneme."""

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


def model(folder: Path, *, tokens: str = "tokens", whole_speed: bool = False) -> Path:
    """Write a model with Kokoro's inputs: each phoneme is a level, times the style's first number.

    It lasts for `STEP` samples, divided by the speed.
    """
    inputs = {
        tokens: (INT64, (1, -1)),
        "style": (FLOAT, (1, 256)),
        "speed": (INT32 if whole_speed else FLOAT, (1,)),
    }
    nodes = [
        Node("Cast", [tokens], "level", {"to": FLOAT}),
        Node("Unsqueeze", ["level", "last"], "column"),
        Node("Cast", ["speed"], "fast", {"to": FLOAT}),
        Node("Div", ["step", "fast"], "size"),
        Node("Cast", ["size"], "count", {"to": INT64}),
        Node("Concat", ["ones", "count"], "repeats", {"axis": 0}),
        Node("Tile", ["column", "repeats"], "rows"),
        Node("Reshape", ["rows", "flat"], "wave"),
        Node("Gather", ["style", "first"], "loud", {"axis": 1}),
        Node("Reshape", ["loud", "flat"], "gain"),
        Node("Mul", ["wave", "gain"], "audio"),
    ]
    constants = {"last": [2], "step": [float(STEP)], "ones": [1, 1], "flat": [-1], "first": [0]}
    path = folder / "kokoro.onnx"
    return written(path, inputs=inputs, output="audio", constants=constants, nodes=nodes)


def styles(gain: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a style for each length from 1 to 510; the longer, the louder."""
    numbers = np.zeros((510, 1, 256), np.float32)
    numbers[:, 0, 0] = gain * (1.0 + np.arange(510) / 510.0)
    return numbers


def voices(folder: Path) -> Path:
    path = folder / "voices.bin"
    with path.open("wb") as file:
        np.savez(file, af_heart=styles(0.002), bm_george=styles(0.001), ef_dora=styles(0.002))
    return path


async def say(text: str, voice: Kokoro) -> list[AudioFrame | Word]:
    return [item async for item in voice.speak(text)]


def said(text: str, folder: Path, **options: Any) -> list[AudioFrame | Word]:
    return run_virtual(say(text, kokoro(model(folder), voices(folder), **options)))


def frames(items: list[Any]) -> list[AudioFrame]:
    return [item for item in items if isinstance(item, AudioFrame)]


def spelt(ids: list[int]) -> str:
    signs = {number: sign for sign, number in IDS.items()}
    return "".join(signs[number] for number in ids)


def test_tt34_it_is_a_synthesizer_that_can_be_prepared(tmp_path: Path) -> None:
    voice = kokoro(model(tmp_path), voices(tmp_path))
    synthesizer: Synthesizer = voice
    speak: Speak = voice.speak
    sentences: Observable[Sentence] = rx.empty()
    assert_type(voice(sentences), Observable[Spoken])
    assert isinstance(voice, Preparable)
    assert callable(synthesizer)
    assert callable(speak)
    asyncio.run(voice.prepare())


def test_tt34_hibari_tells_how_english_is_spoken(tmp_path: Path) -> None:
    american = KokoroVoice(model(tmp_path), voices(tmp_path), "af_heart", "en-us")
    (run,) = american.spell("Hello, Dr. Smith!")
    assert spelt(run.ids) == "həlˈO, dˈɑktəɹ smˈɪθ!"
    assert run.written == "Hello, Dr. Smith!"
    british = KokoroVoice(model(tmp_path), voices(tmp_path), "bm_george", "en-gb")
    (run,) = british.spell("a bath")
    assert spelt(run.ids) == "ɐ bˈɑːθ"
    assert [run.written for run in american.spell("One. Two, three")] == ["One.", "Two, three"]


def test_tt34_the_style_is_that_of_the_length(tmp_path: Path) -> None:
    voice = KokoroVoice(model(tmp_path), voices(tmp_path), "af_heart", "en-us")
    wave = voice.speak([10, 20, 30], 1.0)
    gain = 0.002 * (1.0 + 2.0 / 510.0)
    np.testing.assert_allclose(wave, np.repeat([0, 10, 20, 30, 0], STEP) * gain, rtol=1e-5)
    assert len(voice.speak([1] * 600, 1.0)) == 602 * STEP


def test_tt34_frames_are_short_and_words_come_before_them(tmp_path: Path) -> None:
    items = said("It costs $3.50, really. Yes!", tmp_path)
    spoken = frames(items)
    assert {frame.rate for frame in spoken} == {24_000}
    assert all(0.0 < frame.duration <= 0.1 for frame in spoken)
    assert spoken[0].pts == 0.0
    assert all(later.pts == pytest.approx(one.end) for one, later in pairwise(spoken))
    heard = 0.0
    for item in items:
        if isinstance(item, AudioFrame):
            heard = item.end
        else:
            assert item.pts >= heard - 1e-9
    words = [item.text for item in items if isinstance(item, Word)]
    assert words == ["It", "costs", "$3.50,", "really.", "Yes!"]


def test_long_text_is_spoken_in_runs_that_the_model_can_take(tmp_path: Path) -> None:
    voice = KokoroVoice(model(tmp_path), voices(tmp_path), "af_heart", "en-us")
    for text in ("and so it goes on, " * 100, "and so it goes on " * 100):
        assert all(0 < len(run.ids) <= MOST for run in voice.spell(text))


def test_speed_is_how_fast_it_speaks(tmp_path: Path) -> None:
    once, twice = (frames(said("Yes!", tmp_path, speed=speed))[-1].end for speed in (1.0, 2.0))
    assert once == pytest.approx(2 * twice, rel=0.2)


def test_other_exports_of_the_model_have_other_inputs(tmp_path: Path) -> None:
    path = model(tmp_path, tokens="input_ids", whole_speed=True)
    voice = KokoroVoice(path, voices(tmp_path), "af_heart", "en-us")
    assert len(voice.speak([1, 2], 1.0)) == 4 * STEP


def test_voices_may_be_files_of_numbers_too(tmp_path: Path) -> None:
    single, folder = tmp_path / "single.bin", tmp_path / "folder"
    folder.mkdir()
    for file in (single, folder / "am_puck.bin"):
        styles(0.002).tofile(file)
    packed = KokoroVoice(model(tmp_path), voices(tmp_path), "af_heart", "en-us").speak([5], 1.0)
    for path in (single, folder):
        voice = KokoroVoice(model(tmp_path), path, "am_puck", "en-us")
        np.testing.assert_array_equal(voice.speak([5], 1.0), packed)


@pytest.mark.parametrize("text", ["", " \n", "...", "😊"])
def test_text_without_a_letter_gives_nothing(text: str, tmp_path: Path) -> None:
    assert said(text, tmp_path) == []


@needs_espeak
def test_tt34_espeak_tells_how_other_languages_are_spoken(tmp_path: Path) -> None:
    spanish = KokoroVoice(model(tmp_path), voices(tmp_path), "ef_dora", "es")
    (run,) = spanish.spell("¡Hola, chico!")
    assert spelt(run.ids) == "ˈola, ʧˈiko!"
    assert said("Hola.", tmp_path, voice="ef_dora")


@needs_espeak
def test_without_hibari_espeak_tells_how_english_is_spoken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hibari.g2p", None)
    voice = KokoroVoice(model(tmp_path), voices(tmp_path), "af_heart", "en-us")
    (run,) = voice.spell("Hello, Joe!")
    assert spelt(run.ids) == "həlˈO, ʤˈO!"
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ModelError, match="espeak-ng is not installed"):
        KokoroVoice(model(tmp_path), voices(tmp_path), "af_heart", "en-us")


def test_tt34_it_passes_the_conformance_checks(tmp_path: Path) -> None:
    files = model(tmp_path), voices(tmp_path)
    report = check_synthesizer(lambda: kokoro(*files), real_io=False)
    assert sorted(report.skipped) == ["failure"]
    report = check_speak(lambda: kokoro(*files).speak, real_io=False)
    assert sorted(report.skipped) == ["failure"]


def test_what_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    right, many = model(tmp_path), voices(tmp_path)
    broken, odd = tmp_path / "broken", tmp_path / "odd.bin"
    broken.write_bytes(b"PK\x03\x04, but nothing that is packed")
    odd.write_bytes(bytes(100))
    for files, voice, message in (
        ((right, many), "af_sky", "has no voice 'af_sky', but af_heart, bm_george, ef_dora"),
        ((right, tmp_path / "none"), "af_sky", "cannot read .*none"),
        ((right, tmp_path), "af_sky", r"cannot read .*af_sky\.bin"),
        ((right, broken), "af_sky", "broken"),
        ((right, odd), "af_sky", r"cannot use the model file .*odd\.bin"),
        ((tmp_path / "none", many), "af_heart", "cannot use the model file .*none"),
    ):
        with pytest.raises(ModelError, match=message):
            asyncio.run(kokoro(*files, voice=voice).prepare())
    model(tmp_path, tokens="words")
    with pytest.raises(ModelError, match="it is no model of Kokoro: words, style, speed"):
        KokoroVoice(right, many, "af_heart", "en-us")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 0.4}, "speed must be from 0.5 to 2"),
        ({"pause": 11.0}, "pause must be from 0 to 10 s"),
        ({"voice": "../secret"}, "voice must be a name"),
        ({"voice": "jf_alpha"}, "voice must begin with one of a, b, e, f, h, i, p"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kokoro("kokoro.onnx", "voices.bin", **options)

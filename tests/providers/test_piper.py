"""TT34: voices of Piper by their path, with a model that is made here."""

import asyncio
import json
import shutil
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
from rxvoice.providers._piper import Manner, PiperVoice
from rxvoice.providers._shared import Preparable
from rxvoice.providers.piper import Piper, piper
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_speak, check_synthesizer

from .tiny_onnx import FLOAT, INT64, Node, written

RATE = 16_000
STEP = 400
"""Samples that the model makes of an id."""

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)
LETTERS = "_^$ !',.:;?abcdefghijklmnopqrstuvwxyz"
IPA = "_^$ !'(),-.:;?abcdefhijklmnopqrstuvwxyzæðŋɐɑɔəɚɛɜɡɪɹʃʊʌʒˈˌːθᵻɾ\u0329"


def model(path: Path, speakers: int = 1) -> None:
    """Write a model with the inputs of Piper's: each id is a level that lasts for `STEP` samples.

    It lasts longer by the length scale; another speaker is louder.
    """
    inputs = {"input": (INT64, (1, -1)), "input_lengths": (INT64, (1,)), "scales": (FLOAT, (3,))}
    nodes = [
        Node("Cast", ["input"], "level", {"to": FLOAT}),
        Node("Unsqueeze", ["level", "last"], "column"),
        Node("Gather", ["scales", "one"], "length"),
        Node("Mul", ["length", "step"], "size"),
        Node("Cast", ["size"], "count", {"to": INT64}),
        Node("Concat", ["ones", "count"], "repeats", {"axis": 0}),
        Node("Tile", ["column", "repeats"], "rows"),
        Node("Reshape", ["rows", "shape"], "wave"),
    ]
    constants: dict[str, Any] = {
        "last": [2],
        "one": [1],
        "ones": [1, 1],
        "step": [float(STEP)],
        "shape": [1, 1, 1, -1],
    }
    if speakers > 1:
        inputs["sid"] = (INT64, (1,))
        nodes += [
            Node("Cast", ["sid"], "number", {"to": FLOAT}),
            Node("Add", ["wave", "number"], "output"),
        ]
    else:
        constants["none"] = [0.0]
        nodes.append(Node("Add", ["wave", "none"], "output"))
    written(path, inputs=inputs, output="output", constants=constants, nodes=nodes)


def voice_at(folder: Path, **changes: Any) -> Path:
    """Write a voice and return its model."""
    config: dict[str, Any] = {
        "audio": {"sample_rate": RATE, "quality": "x_low"},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "text",
        "phoneme_id_map": {sign: [number] for number, sign in enumerate(LETTERS)},
        "num_speakers": 1,
        **changes,
    }
    path = folder / "voice.onnx"
    model(path, config["num_speakers"])
    Path(f"{path}.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def spoken_by_espeak(folder: Path, **changes: Any) -> Path:
    ids = {sign: [number] for number, sign in enumerate(IPA)}
    return voice_at(folder, phoneme_type="espeak", phoneme_id_map=ids, **changes)


async def say(text: str, voice: Piper) -> list[AudioFrame | Word]:
    return [item async for item in voice.speak(text)]


def said(text: str, path: Path, **options: Any) -> list[AudioFrame | Word]:
    return run_virtual(say(text, piper(path, **options)))


def frames(items: list[Any]) -> list[AudioFrame]:
    return [item for item in items if isinstance(item, AudioFrame)]


def length(items: list[Any]) -> int:
    return sum(len(frame.samples) for frame in frames(items))


def test_tt34_it_is_a_synthesizer_that_can_be_prepared(tmp_path: Path) -> None:
    voice = piper(voice_at(tmp_path))
    synthesizer: Synthesizer = voice
    speak: Speak = voice.speak
    sentences: Observable[Sentence] = rx.empty()
    assert_type(voice(sentences), Observable[Spoken])
    assert isinstance(voice, Preparable)
    assert callable(synthesizer)
    assert callable(speak)
    asyncio.run(voice.prepare())


def test_tt34_the_ids_are_those_of_the_voice_with_a_pad_after_each(tmp_path: Path) -> None:
    voice = PiperVoice(voice_at(tmp_path), tmp_path / "voice.onnx.json")
    (run,) = voice.spell("Ab c")
    at = LETTERS.index
    spelt = [at("^"), at("_"), at("b"), at("_"), at(" "), at("_"), at("c"), at("_"), at("$")]
    assert run.ids == spelt  # there is no capital A
    assert [run.written for run in voice.spell("one, two. Three!")] == ["one, two.", "Three!"]
    assert len(voice.spell("word, " * 200)) > 2


def test_tt34_the_whole_wave_is_heard_as_loud_as_can_be(tmp_path: Path) -> None:
    voice = PiperVoice(voice_at(tmp_path), tmp_path / "voice.onnx.json")
    (run,) = voice.spell("abc")
    wave = voice.speak(run.ids, Manner())
    assert wave.dtype == np.float32
    levels = np.repeat(run.ids, STEP) / max(run.ids)
    np.testing.assert_allclose(wave, levels, rtol=1e-6)


def test_tt34_frames_are_short_and_words_come_before_them(tmp_path: Path) -> None:
    items = said("one two, three. Four five!", voice_at(tmp_path))
    spoken = frames(items)
    assert {frame.rate for frame in spoken} == {RATE}
    assert all(0.0 < frame.duration <= 0.1 for frame in spoken)
    assert spoken[0].pts == 0.0
    assert all(later.pts == pytest.approx(one.end) for one, later in pairwise(spoken))
    heard = 0.0
    for item in items:
        if isinstance(item, AudioFrame):
            heard = item.end
        else:
            assert item.pts >= heard - 1e-9
    words = [item for item in items if isinstance(item, Word)]
    assert [word.text for word in words] == ["one", "two,", "three.", "Four", "five!"]
    assert all(one.end <= later.pts + 1e-9 for one, later in pairwise(words))


def test_length_scale_is_how_slowly_it_speaks(tmp_path: Path) -> None:
    path = voice_at(tmp_path)
    once, twice = length(said("abc", path)), length(said("abc", path, length_scale=2.0))
    assert twice == pytest.approx(2 * once, rel=0.1)


def test_one_of_several_speakers_is_chosen_by_name_or_number(tmp_path: Path) -> None:
    path = voice_at(tmp_path, num_speakers=3, speaker_id_map={"ann": 0, "bob": 2})
    first, bob, third, second = (
        said("ab", path, **options)
        for options in ({}, {"speaker": "bob"}, {"speaker": 2}, {"speaker": 1})
    )
    assert bob == third
    assert len({frames(items)[0].samples.tobytes() for items in (first, bob, second)}) == 3
    for nobody in ("eve", 3, -1):
        with pytest.raises(ModelError, match=f"no speaker {nobody!r}, but 3: ann, bob"):
            asyncio.run(piper(path, speaker=nobody).prepare())


@pytest.mark.parametrize("text", ["", " \n", "...", "😊"])
def test_text_without_a_letter_gives_nothing(text: str, tmp_path: Path) -> None:
    assert said(text, voice_at(tmp_path)) == []


@needs_espeak
def test_tt34_espeak_tells_how_words_are_spoken(tmp_path: Path) -> None:
    path = spoken_by_espeak(tmp_path)
    voice = PiperVoice(path, Path(f"{path}.json"))
    (run,) = voice.spell("Hello, Dr. Smith!")
    spelt = "".join(IPA[number] for number in run.ids[2:-1:2])
    assert spelt == "həlˈoʊ, dˈɑːktɚ smˈɪθ!"
    assert said("Hello, Dr. Smith!", path)


@needs_espeak
def test_tt34_it_passes_the_conformance_checks(tmp_path: Path) -> None:
    path = spoken_by_espeak(tmp_path)
    report = check_synthesizer(lambda: piper(path), real_io=False)
    assert sorted(report.skipped) == ["failure"]
    report = check_speak(lambda: piper(path).speak, real_io=False)
    assert sorted(report.skipped) == ["failure"]


def test_what_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    path = voice_at(tmp_path)
    config = Path(f"{path}.json")
    with pytest.raises(ModelError, match=r"cannot read .*nothing\.json"):
        asyncio.run(piper(tmp_path / "nothing").prepare())
    with pytest.raises(ModelError, match="espeak-of-nobody is not installed"):
        asyncio.run(piper(spoken_by_espeak(tmp_path), espeak="espeak-of-nobody").prepare())
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"phoneme_type": "pinyin"}, "phoneme_type: Input should be 'espeak' or 'text'"),
        ({"phoneme_id_map": {"_": [0]}}, r"phoneme_id_map lacks \$ \^"),
        ({"audio": {}}, "audio.sample_rate: Field required"),
    ]
    for changes, message in wrong:
        voice_at(tmp_path, **changes)
        with pytest.raises(ModelError, match=message):
            PiperVoice(path, config)
    voice_at(tmp_path)
    path.write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"cannot use the model file .*voice\.onnx"):
        PiperVoice(path, config)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pause": -0.1}, "pause must be from 0 to 10 s"),
        ({"length_scale": 0.0}, "length_scale must be from 0.1 to 10"),
        ({"noise_scale": -1.0}, "noise_scale must be from 0 to 10"),
        ({"noise_w": float("nan")}, "noise_w must be from 0 to 10"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        piper("voice.onnx", **options)

"""A voice by Kokoro: a tiny model with its inputs and its output, and hibari's phonemes."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rxvoice.errors import ModelError
from rxvoice.items import AudioFrame
from rxvoice.providers._kokoro_signs import NUMBERS
from rxvoice.providers._kokoro_voice import MOST, KokoroModel, english, runs
from rxvoice.providers._shared import Preparable
from rxvoice.providers.kokoro import Kokoro, kokoro
from rxvoice.testing import run_virtual
from rxvoice.testing.conformance import check_speak

from .tiny_onnx import FLOAT, INT64, Node, written

STEP = 600
WAVE = [0.02 * (-1) ** (at // 40) for at in range(STEP)]
INT32 = 6


def tiny(folder: Path, tokens: str = "tokens", speed: int = FLOAT) -> Path:
    """Write a model that makes 600 samples of each sign: its number by the style by the speed."""
    nodes = [
        Node("Cast", [tokens], "numbers", {"to": FLOAT}),
        Node("Reshape", ["numbers", "upright"], "column"),
        Node("Mul", ["column", "wave"], "waves"),
        Node("Reshape", ["waves", "flat"], "long"),
        Node("ReduceMean", ["style"], "loud", {"keepdims": 0}),
        Node("Mul", ["long", "loud"], "louder"),
        Node("Cast", ["speed"], "factor", {"to": FLOAT}),
        Node("Div", ["louder", "factor"], "audio"),
    ]
    return written(
        folder / f"{tokens}{speed}.onnx",
        inputs={tokens: (INT64, (1, -1)), "style": (FLOAT, (1, 256)), "speed": (speed, (1,))},
        output="audio",
        constants={"upright": [-1, 1], "flat": [-1], "wave": WAVE},
        nodes=nodes,
    )


def styles(factor: float) -> np.ndarray[Any, Any]:
    """What a voice sounds like: louder the more signs there are."""
    rows = factor * np.arange(1, MOST + 1, dtype=np.float32) / 1000.0
    return np.broadcast_to(rows[:, None, None], (MOST, 1, 256)).astype(np.float32)


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    file = tmp_path / "voices.npz"
    np.savez(file, af_heart=styles(1.0), bf_emma=styles(2.0), ff_siwis=styles(3.0))
    return file.rename(tmp_path / "voices.bin")


@pytest.fixture
def voice(tmp_path: Path, voices: Path) -> Kokoro:
    return kokoro(tiny(tmp_path), voices)


def said(text: str, voice: Kokoro) -> list[AudioFrame]:
    async def main() -> list[AudioFrame]:
        return [frame async for frame in voice.speak(text)]

    return run_virtual(main())


def spelt(signs: str) -> Any:
    """Return a stand-in for a speller that always says these signs."""

    def phonemize(text: str) -> str:
        return signs

    return phonemize


def test_tt34_phonemes_style_and_speed_reach_the_model(tmp_path: Path, voices: Path) -> None:
    signs = "həlˈO."
    for voice, factor, speed in [("af_heart", 1.0, 1.0), ("bf_emma", 2.0, 0.5)]:
        model = kokoro(
            tiny(tmp_path), voices, voice=voice, speed=speed, phonemize=spelt(signs), pause=0.0
        )
        samples = np.concatenate([frame.samples for frame in said("x", model)])
        loud = factor * len(signs) / 1000.0 / speed
        wanted = np.concatenate([NUMBERS[sign] * loud * np.array(WAVE) for sign in signs])
        lead = STEP  # of the sign before the first, which is silent
        middle = slice(STEP, 4 * STEP)  # the ends are faded
        got = samples[lead:][middle].astype(np.float32) / 32767.0
        np.testing.assert_allclose(got, wanted[middle], atol=1e-4)


def test_tt34_frames_are_short_and_follow_each_other(voice: Kokoro) -> None:
    assert isinstance(voice, Preparable)
    asyncio.run(voice.prepare())
    frames = said("The swimming pool opens at seven in the morning.", voice)
    assert {frame.rate for frame in frames} == {24_000}
    assert all(0.0 < frame.duration <= 0.1 for frame in frames)
    assert all(after.pts == pytest.approx(one.end) for one, after in pairwise(frames))
    assert frames[-1].end > 0.5


def test_tt34_it_keeps_the_contract_of_voices(voice: Kokoro, tmp_path: Path) -> None:
    broken = kokoro(tmp_path / "nowhere.onnx", voice.voices)
    report = check_speak(
        lambda: voice.speak, words=False, failing=lambda: broken.speak, real_io=False
    )
    assert sorted(report.skipped) == ["words", "words come first"]


def test_it_speaks_in_worker_threads_and_may_be_left(voice: Kokoro) -> None:
    async def main() -> None:
        saying = asyncio.ensure_future(anext(voice.speak("Hello there.")))
        await asyncio.sleep(0)
        saying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saying
        both = await asyncio.gather(*(anext(voice.speak("Hello there.")) for _ in range(3)))
        assert both[0] == both[1] == both[2]

    asyncio.run(main())


def test_what_is_too_long_is_spoken_piece_by_piece(tmp_path: Path, voices: Path) -> None:
    long = "həlˈO. " * 200
    frames = said("x", kokoro(tiny(tmp_path), voices, phonemize=spelt(long), pause=0.0))
    sounding = sum(len(run) for run in runs(long)) * STEP / 24_000
    assert frames[-1].end == pytest.approx(sounding, rel=0.02)
    assert all(after.pts == pytest.approx(one.end) for one, after in pairwise(frames))


def test_runs_of_the_model_are_bounded_and_end_where_a_reader_would_pause() -> None:
    assert list(runs("həlˈO ðˈɛɹ.")) == ["həlˈO ðˈɛɹ."]
    assert list(runs("  hə # \n lˈO ")) == ["hə lˈO"]  # what it does not know is left out
    for silent in ("", "…", " . ,", "#"):
        assert list(runs(silent)) == []
    whole = "aaaa. " + "bb, " * 120 + "c " * 300
    found = list(runs(whole))
    assert found[0] == "aaaa."
    assert found[1].endswith("bb,")
    assert " ".join(found) == whole.strip()
    assert max(map(len, found)) <= MOST
    assert [len(run) for run in runs("a" * 2 * MOST + "b")] == [MOST, MOST, 1]
    assert [len(run) for run in runs("a" * MOST)] == [MOST]


def test_the_signs_are_those_of_hibari() -> None:
    hibari = pytest.importorskip("hibari")
    told = Path(hibari.__file__).parent / "assets" / "vocab.json"
    assert json.loads(told.read_text("utf-8")) == NUMBERS


def test_english_is_pronounced_as_the_voice_does(tmp_path: Path, voices: Path) -> None:
    american, british = english(british=False), english(british=True)
    assert set(american("Good morning!")) <= set(NUMBERS)
    assert american("so") != british("so")
    assert (
        "".join(american("and so on " * 200).split())
        == american("and so on").replace(" ", "") * 200
    )
    model = tiny(tmp_path)

    def sound(voice: str, **options: Any) -> Any:
        frames = said("It is so.", kokoro(model, voices, voice=voice, pause=0.0, **options))
        return np.concatenate([frame.samples for frame in frames])

    assert len(sound("af_heart")) == len(sound("af_heart", language="en-us"))
    assert not np.array_equal(sound("af_heart"), sound("af_heart", language="en-gb"))
    assert np.array_equal(sound("bf_emma"), sound("bf_emma", language="en-gb"))
    assert len(sound("ff_siwis", language="en-us"))


@pytest.mark.parametrize("text", ["", " \n", "…", "?!", "😊"])
def test_text_without_a_word_loads_nothing(text: str) -> None:
    assert said(text, kokoro("nowhere.onnx")) == []


@pytest.mark.parametrize(("tokens", "speed"), [("input_ids", FLOAT), ("input_ids", INT32)])
def test_newer_exports_of_the_model_are_served(
    tmp_path: Path, voices: Path, tokens: str, speed: int
) -> None:
    assert said("Hello.", kokoro(tiny(tmp_path, tokens, speed), voices))


def test_a_file_of_a_single_voice_has_any_name(tmp_path: Path, voices: Path) -> None:
    single = tmp_path / "af_heart.bin"
    single.write_bytes(styles(1.0).tobytes())
    model = tiny(tmp_path)
    assert said("Hello.", kokoro(model, single)) == said("Hello.", kokoro(model, voices))


def test_what_is_missing_or_broken_is_told(tmp_path: Path, voices: Path) -> None:
    model = tiny(tmp_path)
    odd, empty, torn = tmp_path / "odd.bin", tmp_path / "empty.bin", tmp_path / "torn.bin"
    odd.write_bytes(b"x" * 1000)
    empty.write_bytes(b"")
    np.savez(tmp_path / "torn.npz", af_heart=np.zeros(255, np.float32))
    (tmp_path / "torn.npz").rename(torn)
    other = written(
        tmp_path / "other.onnx",
        inputs={"tokens": (INT64, (1, -1))},
        output="audio",
        constants={},
        nodes=[Node("Cast", ["tokens"], "audio", {"to": FLOAT})],
    )
    broken = {
        "model: there is no file .*none.onnx": kokoro(tmp_path / "none.onnx", voices),
        "voices: there is no file .*none.bin": kokoro(model, tmp_path / "none.bin"),
        "cannot use the model file .*odd.bin: it is neither": kokoro(model, odd),
        "cannot use the model file .*odd.bin": kokoro(odd, voices),
        "empty.bin: it is empty": kokoro(model, empty),
        "cannot use the model file .*torn.bin": kokoro(model, torn),
        "other.onnx: it has no input speed, style": kokoro(other, voices),
        "voice must be one of af_heart, bf_emma, ff_siwis; got 'nobody'": kokoro(
            model, voices, voice="nobody", language="en-us"
        ),
        "'ff_siwis' may not speak English": kokoro(model, voices, voice="ff_siwis"),
    }
    for message, one in broken.items():
        with pytest.raises(ModelError, match=message):
            asyncio.run(one.prepare())


def test_a_model_that_fails_is_told(tmp_path: Path, voices: Path) -> None:
    model = KokoroModel(tiny(tmp_path), voices)
    with pytest.raises(ModelError, match="the voice failed: InvalidArgument"):
        model.speak("a", np.zeros((1, 255), np.float32), 1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("speed", 0.4), ("speed", float("nan")), ("pause", -0.1), ("language", "fr"), ("voice", "")],
)
def test_bad_arguments_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        kokoro(**{name: value})  # pyright: ignore[reportArgumentType]

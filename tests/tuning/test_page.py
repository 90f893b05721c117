"""What docs/tuning.md shows is true."""

import json
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from rxvoice.items import AudioFrame
from rxvoice.providers.energy import energy
from rxvoice.tuning import LabelledTurn, Labels, read_recordings, sweep, tune
from rxvoice.tuning._gating import GATE
from tests.tuning.recordings import recording, tones, write_wav

PAGE = Path(__file__).parents[2] / "docs" / "tuning.md"
TURN = LabelledTurn(1.0, 3.5, pauses=((2.0, 2.8),))

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the pages are part of the checkout")


def blocks(kind: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_the_sidecar_can_be_read(tmp_path: Path) -> None:
    write_wav(tmp_path / "call.wav", tones([], 1.0))
    (tmp_path / "call.json").write_text(blocks("json")[0], encoding="utf-8")
    labels = read_recordings(tmp_path).items[0].labels
    assert labels.turns[0] == LabelledTurn(1.0, 3.5, "I would like a table for two", TURN.pauses)
    assert not labels.turns[1].is_turn
    assert (labels.bot, labels.channel) == (((4.3, 9.0),), 0)


def test_the_rttm_file_says_the_same(tmp_path: Path) -> None:
    write_wav(tmp_path / "NAME.wav", tones([], 1.0))
    (rttm,) = (block for block in blocks("text") if block.startswith("SPEAKER"))
    (tmp_path / "NAME.rttm").write_text(rttm, encoding="utf-8")
    assert read_recordings(tmp_path).items[0].labels == Labels((TURN,), ((4.3, 9.0),))


def test_the_manifest_can_be_read(tmp_path: Path) -> None:
    manifest = tmp_path / "mine.json"
    manifest.write_text(blocks("json")[1], encoding="utf-8")
    (labels,) = (one.labels for one in read_recordings(manifest))
    assert (labels.turns[0].text, labels.turns[0].pauses) == (
        "I would like a table for two",
        TURN.pauses,
    )
    assert len(read_recordings(manifest, kinds=["vad"])) == 2
    assert json.loads(blocks("json")[1])["files"][1]["kind"] == "vad"


def test_the_sweeps_can_be_read() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"(?:silence|end_of_turn)\([a-z_.]+=[^)S]*\)", text)
    assert len(shown) > 10
    for one in shown:
        assert sweep(one)
    assert all(f"`vad.{name}`" in text for name in GATE)


def test_the_strategy_of_ones_own_works() -> None:
    async def judge(audio: AudioFrame) -> float:
        assert np.any(audio.samples)
        return 0.1

    module = ModuleType("page")
    exec(blocks("python")[1], vars(module))
    (policy,) = sweep("stop(patience=1)", stop=vars(module)["stop"])
    result = tune(
        [recording(LabelledTurn(1.0, 2.0, "one"), duration=4.0)],
        [policy],
        vad=energy(),
        end_of_turn=judge,
    )
    assert result["stop(patience=1)"].delay(50) == pytest.approx(1.24)

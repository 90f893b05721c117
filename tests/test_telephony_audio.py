"""AU13, AU15, AU18, AU19, AU20: what docs/telephony-audio.md shows is what happens."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from rxvoice.audio import read_wav

PAGE = Path(__file__).parents[1] / "docs" / "telephony-audio.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_page_is_true(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    page = ModuleType("page")
    shown = 0
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "python":
            assert capsys.readouterr().out == ""
            exec(compile(text, PAGE.name, "exec"), vars(page))
        else:
            assert capsys.readouterr().out == text
            shown += 1
    assert shown == 5
    assert read_wav("calls/001.wav", channel=1).duration == pytest.approx(0.7)

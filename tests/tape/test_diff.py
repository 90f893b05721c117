"""Two recorded calls are compared: for golden calls in CI."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from rxvoice.cli import main
from rxvoice.items import AudioFrame, Metric, Stamped, Token, Turn, Word
from rxvoice.tape import diff
from rxvoice.testing import ScriptedTTS
from tests.tape.calls import held

USER = "[--]'hello' 4s [-]'stop'"
LLM = ["I am the assistant of the city library.", "Sorry."]


def recorded(path: Path, llm: list[str], *, ttfb: float = 0.2) -> Path:
    held(path, USER, llm=llm, tts=ScriptedTTS(ttfb=ttfb))
    return path


def test_a_call_is_the_same_as_itself(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.rxv", LLM)
    same = diff(path, path)
    assert same.is_same
    assert set(same.later) == {0.0}
    assert str(same).endswith("the same happened in the same order")


def test_a_slower_voice_is_the_same_call_and_later(tmp_path: Path) -> None:
    one = recorded(tmp_path / "a.rxv", LLM)
    other = recorded(tmp_path / "b.rxv", LLM, ttfb=0.5)
    slower = diff(one, other)
    assert slower.is_same
    assert [round(b - a, 3) for _, a, b in slower.latencies if a and b] == [0.3, 0.3]
    assert "ms  +300 ms" in str(slower)
    assert main(["diff", str(one), str(other)]) == 0


def test_another_answer_is_another_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = recorded(tmp_path / "a.rxv", LLM)
    other = recorded(tmp_path / "b.rxv", [LLM[0], "Good bye."])
    picture = tmp_path / "both.svg"
    assert main(["diff", str(one), str(other), "--svg", str(picture)]) == 1
    printed = capsys.readouterr().out
    assert "turns  1 S---" in printed
    assert "turns  2 S---" in printed
    assert re.search(r"^- +[\d.]+ s  Word\(text='Sorry.'", printed, re.MULTILINE)
    assert re.search(r"^\+ +[\d.]+ s  Word\(text='Good'", printed, re.MULTILINE)
    root = ElementTree.fromstring(picture.read_text())
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [texts.count(name) for name in ("first", "second", "answers")] == [1, 1, 1]


def test_times_audio_and_numbers_do_not_count() -> None:
    frame = AudioFrame(np.zeros(3, np.int16), 16_000, 1.0)
    one = [Stamped(1.0, frame), Stamped(1.0, Word("hi", 0.0, 0.1)), Stamped(2.0, Turn("a", 1))]
    other = [Stamped(1.5, Word("hi", 0.2, 0.3)), Stamped(2.5, Metric("tts", "ttfb", 3.0))]
    other.append(Stamped(2.5, Turn("a", 1, pts=2.4)))
    assert diff(one, other).is_same
    assert diff(one, other).later == (0.5, 0.5)


def test_another_order_is_a_change_unless_it_is_that_of_a_moment() -> None:
    one = [Stamped(1.0, Token("a")), Stamped(1.1, Word("b", 0.0, 0.1))]
    other = [Stamped(1.0, Word("b", 0.0, 0.1)), Stamped(1.1, Token("a"))]
    assert not diff(one, other).is_same
    assert diff(one, other, within=0.2).is_same
    assert not diff(one, other, within=0.05).is_same

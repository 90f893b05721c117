"""Two recorded calls are compared: for golden calls in CI."""

import re
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import numpy as np
import pytest
import reactivex as rx
from hypothesis import given, settings
from hypothesis import strategies as st

from rxvoice.cli import main
from rxvoice.items import (
    AudioFrame,
    Fault,
    Metric,
    SpeechOngoing,
    SpeechStopped,
    Stamped,
    Token,
    Turn,
    Word,
)
from rxvoice.tape import diff
from rxvoice.tape._aligning import opcodes
from rxvoice.testing import ScriptedTTS
from tests.tape.calls import held
from tests.tape.test_record import hold

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
    other += [Stamped(2.0, SpeechOngoing(2.0)), Stamped(2.5, Turn("a", 1, pts=2.4))]
    assert diff(one, other).is_same
    assert diff(one, other).later == (0.5, 0.5)


def test_another_order_is_a_change_unless_it_is_that_of_a_moment() -> None:
    one = [Stamped(1.0, Token("a")), Stamped(1.1, Word("b", 0.0, 0.1))]
    other = [Stamped(1.0, Word("b", 0.0, 0.1)), Stamped(1.1, Token("a"))]
    assert not diff(one, other).is_same
    assert diff(one, other, within=0.2).is_same
    assert not diff(one, other, within=0.05).is_same


def test_the_exit_status_tells_of_another_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "a.rxv", tmp_path / "b.rxv"]
    for path, words in zip(paths, ("one two three", "one three two"), strict=True):
        hold(path, rx.from_iterable([Token(word) for word in words.split()]))
    assert main(["diff", *map(str, paths)]) == 1
    assert re.search(r"^[+-] +[\d.]+ s  Token\(text='(two|three)'", capsys.readouterr().out, re.M)
    assert main(["diff", str(paths[0]), str(paths[0])]) == 0


def test_calls_of_an_hour_are_compared_within_the_time_of_a_test() -> None:
    random = Random(1)
    one = [
        Stamped(0.3 * at, Token(random.choice("abcdef")) if at % 30 else Turn("yes", at))
        for at in range(12_000)
    ]
    other = [Stamped(event.at + 0.1, event.item) for event in one]
    gone = other.pop(3_010)
    other.insert(6_000, Stamped(1_800.0, Fault("llm", "busy")))
    changes = diff(one, other).changes
    assert [len(change.before) - len(change.after) for change in changes] == [1, -1]
    assert changes[0].before[0].item == gone.item
    assert changes[1].after == (other[6_000],)


@given(st.lists(st.sampled_from("abcdefg")), st.lists(st.sampled_from("abcdefg")))
@settings(max_examples=200)
def test_what_is_aligned_by_landmarks_fits_and_leaves_nothing_out(one: str, other: str) -> None:
    with mock.patch("rxvoice.tape._aligning.LONG", 3):
        found = list(opcodes([sign.encode() for sign in one], [sign.encode() for sign in other]))
    begin = start = 0
    for tag, at, to, there, until in found:
        assert (at, there) == (begin, start)
        assert (tag == "equal") == (one[at:to] == other[there:until])
        begin, start = to, until
    assert (begin, start) == (len(one), len(other))


def test_items_of_made_up_types_are_told_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = recorded(tmp_path / "a.rxv", LLM)
    odd: Any = None
    hold(tmp_path / "b.rxv", rx.of(SpeechStopped(odd, odd), Turn("hi", 1)))
    assert main(["diff", str(one), str(tmp_path / "b.rxv")]) == 2
    assert "what these tapes hold makes no sense" in capsys.readouterr().err
    assert main(["diff", str(one), str(one), "--within=-1"]) == 2
    assert "--within must not be negative, got -1" in capsys.readouterr().err

"""Where a command will write to is looked at before it begins its work."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rxvoice.audio import write_wav
from rxvoice.cli import _talk, main
from rxvoice.tape._writer import opened
from tests.tape.calls import held

COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "demo --tape": lambda to: ["demo", "--out", str(to.parents[1] / "out"), "--tape", str(to)],
    "talk --tape": lambda to: ["talk", "--tape", str(to)],
    "talk --out": lambda to: ["talk", "--out", str(to)],
    "demo --out": lambda to: ["demo", "--out", str(to)],
    "serve --tapes": lambda to: ["serve", "--port", "0", "--tapes", str(to)],
    "replay --out": lambda to: ["replay", str(to.parents[1] / "call.rxv"), "--out", str(to)],
    "diff --svg": lambda to: [
        "diff",
        *[str(to.parents[1] / "call.rxv")] * 2,
        "--svg",
        str(to),
    ],
    "simulate --json": lambda to: ["simulate", "--calls", "1", "--json", str(to)],
    "simulate --svg": lambda to: ["simulate", "--calls", "1", "--show", "0", "--svg", str(to)],
    "tune --json": lambda to: ["tune", str(to.parents[1]), "--json", str(to), "--svg", "-"],
    "tune --svg": lambda to: ["tune", str(to.parents[1]), "--svg", str(to)],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A place in a folder that is none, beside a tape."""
    held(tmp_path / "call.rxv", "[-]'hello' [-]|", llm=["Hello."])
    (tmp_path / "no").touch()
    return tmp_path / "no" / "x.rxv"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_place_that_cannot_be_written_is_refused_in_a_line_before_anything_is_done(
    place: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_talk, "require", str)  # there need not be a microphone
    assert main(COMMANDS[name](place)) in (1, 2)
    out, error = capsys.readouterr()
    option = name.partition(" ")[2]
    assert error == f"rxvoice: error: {option}: {place} cannot be written: Not a directory\n"
    assert not out


def test_a_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    for path in (tmp_path, tmp_path / "missing" / "x.rxv"):
        assert main(["demo", "--out", str(out), "--tape", str(path)]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"rxvoice: error: --tape: {path} cannot be written: ")
        assert error.count("\n") == 1
    (out / "conversation.svg").mkdir()
    assert main(["demo", "--out", str(out)]) == 1
    assert "--out: " in capsys.readouterr().err


def test_a_tape_that_is_being_recorded_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "call.rxv"
    with opened(path) as busy:
        busy.write(b"what was said")
        assert main(["demo", "--out", str(tmp_path / "out"), "--tape", str(path)]) == 1
    assert "--tape: call.rxv is a tape that is being recorded" in capsys.readouterr().err
    assert path.read_bytes() == b"what was said"


def test_what_was_there_stays_until_there_is_something_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.rxv", tmp_path / "new.rxv"
    old.write_bytes(b"what was said")
    for path in (old, new):
        given = ["--out", str(tmp_path / "out"), "--tape", str(path), "--llm", "gpt-17"]
        assert main(["demo", *given]) == 1
        assert "gpt-17" in capsys.readouterr().err
    assert old.read_bytes() == b"what was said"
    assert not new.exists()
    assert not list((tmp_path / "out").iterdir())


def test_what_is_read_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / "conversation.wav"
    write_wav(recording, np.zeros(1_600, np.int16), 16_000)
    before = recording.read_bytes()
    for given in (["--out", str(tmp_path)], ["--out", "x", "--tape", str(recording)]):
        assert main(["demo", "--input", str(recording), *given]) == 1
        told = f"{given[-2]}: {recording} is what is read, and would be written over"
        assert told in capsys.readouterr().err
    assert recording.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    missing = str(tmp_path / "missing.rxv")
    assert main(["diff", missing, missing, "--svg", str(pipe)]) == 2
    assert "No such file" in capsys.readouterr().err
    assert main(["demo", "--out", str(tmp_path), "--tape", str(pipe)]) == 1
    assert f"--tape: {pipe} cannot be written: " in capsys.readouterr().err

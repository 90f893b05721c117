"""``rxvoice replay``: a tape and an agent from a file."""

from pathlib import Path

import pytest

from rxvoice.cli import _agent, main
from tests.tape.calls import held

LLM = ["I am the assistant of the city library.", "Sorry."]

AGENT = """
from tests.tape.calls import agent_of

def agent():
    return agent_of([{first!r}, {second!r}])

async def later():
    return agent()
"""


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    path = tmp_path / "call.rxv"
    held(path, "[--]'hello' 2s [-]'stop'", llm=LLM)
    return path


def agent(tmp_path: Path, second: str) -> str:
    path = tmp_path / "agent.py"
    path.write_text(AGENT.format(first=LLM[0], second=second))
    return str(path)


@pytest.mark.parametrize("name", ["agent", "later"])
def test_the_same_agent_gives_what_was_recorded(
    tape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    out = tmp_path / "out"
    place = f"{agent(tmp_path, LLM[1])}:{name}"
    assert main(["replay", str(tape), "--agent", place, "--out", str(out)]) == 0
    assert "all as they were recorded" in capsys.readouterr().out
    assert "Sorry." in (out / "transcript.txt").read_text()


def test_another_agent_is_told_apart(
    tape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(tape), "--agent", agent(tmp_path, "Bye.")]) == 1
    printed = capsys.readouterr().out
    assert "turns  1" in printed
    assert "the replay is another one" in printed
    assert "replayed: Token(text='Bye.'" in printed


def test_the_call_goes_on_in_another_way(
    tape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = agent(tmp_path, "Bye.")
    assert main(["replay", str(tape), "--agent", place, "--fork-at", "3.5"]) == 1
    assert "at 3.600 s the replay is another one" in capsys.readouterr().out
    assert main(["replay", str(tape), "--agent", place, "--until", "3.5"]) == 0


def test_what_the_tape_answers_for_is_listed(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(tape), "--edges"]) == 0
    assert capsys.readouterr().out == "caller  (1)\n"


def test_a_tape_of_somebody_elses_agent_needs_one(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(tape)]) == 2
    assert "does not say which agent it was; say so with --agent" in capsys.readouterr().err
    assert main(["replay", str(tape), "--live", "llama", "--agent", "x.py"]) == 2


def test_of_a_redacted_tape_it_is_told_what_may_be_why(
    tape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.rxv"
    assert main(["redact", str(tape), str(copy)]) == 0
    assert main(["replay", str(copy), "--agent", agent(tmp_path, LLM[1])]) == 1
    assert "before: audio and text was taken out of the tape" in capsys.readouterr().out


def test_what_does_not_go_together_is_refused(
    tape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = agent(tmp_path, "Bye.")
    for options, line in (
        (["--agent", place, "--system", "Be brief."], "--system is for the local agent"),
        (["--agent", place, "--until", "2", "--fork-at", "1"], "--until is for a replay"),
        (["--agent", place, "--until=-2"], "--until must not be negative, got -2"),
        (["--agent", place, "--fork-at=-2"], "--fork-at must not be negative, got -2"),
    ):
        assert main(["replay", str(tape), *options]) == 2
        assert line in capsys.readouterr().err


def test_an_agent_that_cannot_be_made_is_told_in_a_line(
    tape: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def agent():\n    return 1 / 0\n")
    assert main(["replay", str(tape), "--agent", str(path)]) == 2
    error = capsys.readouterr().err
    assert "broken.py, line 2: ZeroDivisionError" in error
    assert error.count("\n") == 1


def test_settings_that_make_no_sense_are_those_of_the_demo() -> None:
    told = _agent.told({"agent": "local", "threads": "many", "temperature": 0.5, "other": 1})
    assert told is not None
    assert (told.llm, told.threads, told.temperature) == ("auto", None, 0.5)
    assert _agent.told(["local"]) is None
    assert _agent.told({"agent": "mine"}) is None

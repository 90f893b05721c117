"""``rxvoice simulate``."""

import json
import sys
import textwrap
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

from rxvoice.cli import main

BOOKING = Path(__file__).parents[2] / "examples" / "booking_agent.py"
AGENT = """
    from rxvoice.operators import converse

    def agent(vad, stt, llm, tts):
        return converse(vad=vad, stt=stt, llm=llm, tts=tts)
"""


@pytest.fixture(autouse=True)
def _forget_the_files() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.startswith("_rxvoice_") or name == "neighbour":
            del sys.modules[name]
    sys.path[:] = path


def write(folder: Path, text: str, name: str = "mine.py") -> str:
    path = folder / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return str(path)


def simulate(*args: str) -> int:
    return main(["simulate", *args])


def the_error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text.startswith("rxvoice: error: ")
    assert text.count("\n") == 1
    return text


def test_without_a_file_the_usual_agent_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("--calls", "2", "--persona", "calm") == 0
    told = capsys.readouterr()
    assert "2 simulated calls of calm callers with converse, usual conditions, seed 0" in told.out
    assert "failed calls                      0" in told.out
    assert "calls a second" in told.err


def test_the_same_arguments_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("--calls", "2", "--seed", "4") == 0
    first = capsys.readouterr().out
    assert simulate("--calls", "2", "--seed", "4") == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize("name", ["", ":quick"])
def test_the_examples_agents_can_be_called(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(f"{BOOKING}{name}", "--calls", "2", "--persona", f"{BOOKING}:guest") == 0
    assert f"guest callers with {name[1:] or 'agent'}" in capsys.readouterr().out


def test_audio_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(str(BOOKING), "--calls", "1", "--audio") == 0
    assert "replies heard                     0" not in capsys.readouterr().out


def test_a_limit_that_is_breached_is_told_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    limits = ("--fail-if", "latency.p50>0.5", "--fail-if", "cut_offs>90%")
    assert simulate("--calls", "1", *limits) == 1
    text = capsys.readouterr().err
    assert "rxvoice: latency.p50>0.5: latency.p50 is 1." in text
    assert "cut_offs" not in text
    assert simulate("--calls", "1", "--fail-if", "latency.p50>5") == 0


def test_a_call_that_fails_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = write(
        tmp_path,
        """
        import reactivex as rx

        def agent():
            return lambda source: rx.throw(RuntimeError("no agent today"))
        """,
    )
    assert simulate(place, "--calls", "2") == 1
    told = capsys.readouterr()
    assert "call 1 failed: RuntimeError: no agent today" in told.out
    assert "does the agent name the parts vad and stt?" in told.err


def test_a_call_is_shown_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "call.svg"
    assert simulate("--show", "3", "--svg", str(picture), "--persona", "calm") == 0
    text = capsys.readouterr().out
    assert text.startswith("user ")
    assert "history  user: " in text
    assert "…'" not in text
    assert "1 simulated call of calm" in text
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_the_numbers_are_written(tmp_path: Path) -> None:
    place = tmp_path / "report.json"
    assert simulate("--calls", "2", "--json", str(place)) == 0
    assert json.loads(place.read_text(encoding="utf-8"))["figures"]["calls"] == 2


@pytest.mark.parametrize("option", ["--persona", "--conditions"])
def test_names_can_be_listed(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(option, "list") == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.endswith(": the default")
    assert others


def test_conditions_may_come_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = write(
        tmp_path,
        """
        from rxvoice.testing.simulation import Conditions
        mine = Conditions(name="mine", tts_fails=1.0)
        """,
    )
    assert simulate("--calls", "1", "--conditions", f"{place}:mine") == 0
    assert "mine conditions" in capsys.readouterr().out
    assert simulate("--calls", "1", "--conditions", f"{place}:Conditions") == 1
    assert "is no Conditions" in the_error(capsys)


def test_a_file_finds_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, AGENT, "neighbour.py")
    place = write(tmp_path, "from neighbour import agent\n")
    assert simulate(place, "--calls", "1") == 0


def test_a_file_may_define_dataclasses_and_is_not_the_program(tmp_path: Path) -> None:
    place = write(
        tmp_path,
        """
        from __future__ import annotations
        from dataclasses import dataclass, KW_ONLY
        from rxvoice.operators import converse

        @dataclass
        class Options:
            _: KW_ONLY
            delay: float = 0.5

        def agent(**parts):
            parts.pop("session")
            return converse(**parts)

        if __name__ == "__main__":
            raise SystemExit("was run")
        """,
    )
    assert simulate(place, "--calls", "1") == 0


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("x = 1\n", "", "has no 'agent'; say which with"),
        ("agent = 1\n", "", "agent in"),
        (AGENT, ":other", "has no 'other'"),
        ("def agent(:\n", "", "line 1: "),
        ("\n\nraise KeyError('gone')\n", "", "line 3: KeyError: 'gone'"),
        ("import nothing_of_that_name\n", "", "ModuleNotFoundError"),
        ("import sys\nsys.exit(0)\n", "", "ends the program when it is loaded"),
        ("def agent(phone):\n    pass\n", "", "wants phone"),
        ("def agent(vad):\n    return 1\n", "", "agent must return an operator"),
        ("def agent(vad):\n    return vad.model\n", "", "line 2: AttributeError"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, name: str, said: str
) -> None:
    assert simulate(write(tmp_path, text) + name) == 1
    assert said in the_error(capsys)


def test_with_debug_the_traceback_is_whole(tmp_path: Path) -> None:
    place = write(tmp_path, "\n\nraise KeyError('gone')\n")
    with pytest.raises(ValueError, match="line 3: KeyError: 'gone'") as raised:
        main(["--debug", "simulate", place])
    assert isinstance(raised.value.__cause__, KeyError)


def test_an_error_of_a_callers_function_names_its_line_and_the_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = write(tmp_path, "async def caller(user):\n    user.sings()\n")
    assert simulate("--persona", f"{place}:caller") == 1
    text = the_error(capsys)
    assert "AttributeError" in text
    assert "in call 1 of a simulation" in text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nothing.py",), "there is no file nothing.py"),
        (("--persona", "nobody"), "persona must be one of calm, hasty"),
        (("--conditions", "heaven"), "conditions must be one of usual, ideal"),
        (("--fail-if", "nonsense"), "a limit must be like"),
        (("--fail-if", "nonsense>1"), "there is no figure 'nonsense'"),
        (("--calls", "0"), "calls must be positive"),
        (("--show", "0"), "only must be the number of a call"),
        (("--svg", "x.svg"), "--svg needs --show"),
    ],
)
def test_wrong_arguments_are_one_clear_line(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], said: str
) -> None:
    assert simulate(*args) == 1
    assert said in the_error(capsys)


def test_a_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(str(tmp_path)) == 1
    assert "there is no file" in the_error(capsys)

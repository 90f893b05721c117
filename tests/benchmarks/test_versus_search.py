"""`versus_bench.py` finds how many calls are carried, and tells of a measure that fails."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .programs import FOLDER, Found, Load, needs_benchmarks

pytestmark = needs_benchmarks


class Core:
    """Stands for a core that carries so many calls.

    Args:
        most: The greatest number that it carries.
        moody: Whether it fails in the first of two attempts.
    """

    def __init__(self, most: int, *, moody: bool = False) -> None:
        self.most = most
        self.asked: list[int] = []
        self._moody = moody

    def measure(self, contender: Any, measure: str, **options: Any) -> Found:
        assert measure == "sessions"
        count = options["sessions"]
        first = self.asked.count(count) % 2 == 0
        self.asked.append(count)
        good = count <= self.most and not (self._moody and first)
        return {
            "late": {"p99": 3.0 if good else 30.0},
            "lag": {"p99": 2.0},
            "answers": 1.0,
            "load": 0.5,
        }


@pytest.fixture
def versus(load: Load) -> ModuleType:
    return load("versus_bench")


@pytest.mark.parametrize("first", [16, 128])
@pytest.mark.parametrize("most", [1, 2, 15, 16, 100, 137, 300])
@pytest.mark.parametrize("moody", [False, True])
def test_the_search_finds_the_most_calls_within_its_precision_and_stops(
    most: int,
    first: int,
    moody: bool,
    versus: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench, core = versus.Bench(tmp_path, quick=False), Core(most, moody=moody)
    monkeypatch.setattr(bench, "measure", core.measure)
    tried = bench.sessions(versus.Contender("any", "any", (), first=first))
    assert [found["sessions"] for found in tried] == core.asked
    good = max(found["sessions"] for found in tried if versus.carried(found))
    bad = min(each for each in core.asked if each > most)
    assert good <= most < bad <= max(1.08 * good, good + 1)
    assert len(core.asked) <= 40


def test_the_search_ends_where_not_even_one_call_is_carried(
    versus: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, core = versus.Bench(tmp_path, quick=False), Core(0)
    monkeypatch.setattr(bench, "measure", core.measure)
    tried = bench.sessions(versus.Contender("any", "any", (), first=8))
    assert core.asked == [8, 8, 4, 4, 2, 2, 1, 1]
    assert not any(map(versus.carried, tried))


def test_a_quick_search_tries_once(
    versus: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, core = versus.Bench(tmp_path, quick=True), Core(100)
    monkeypatch.setattr(bench, "measure", core.measure)
    assert len(bench.sessions(versus.Contender("any", "any", ()))) == 1
    assert core.asked == [2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"late": None},
        {"late": {"p99": 20.1}},
        {"lag": {"p99": 20.1}},
        {"answers": 0.8},
    ],
)
def test_a_load_is_not_carried_when_anything_of_it_is_wrong(
    wrong: Found, versus: ModuleType
) -> None:
    found = Core(1).measure(None, "sessions", sessions=1)
    assert versus.carried(found)
    assert versus.brief(found).endswith(": carried")
    assert not versus.carried(found | wrong)
    assert versus.brief(found | wrong).endswith(": TOO MUCH")


@pytest.mark.parametrize("script", ["exit 1", "echo nothing of use", "exit 0"])
def test_a_measure_that_fails_is_told_as_failed_and_carries_nothing(
    script: str, versus: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "broken/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    bench = versus.Bench(tmp_path, quick=False)
    broken = versus.Contender("Broken", "broken", (), first=2)
    assert bench.measure(broken, "reply", turns=1) is None
    assert " Broken, reply: " in capsys.readouterr().err
    assert bench.sessions(broken) == []
    assert capsys.readouterr().err.count(" Broken, sessions: ") == 4


def test_options_and_the_lean_variant_are_handed_to_the_program(
    versus: ModuleType, tmp_path: Path
) -> None:
    python = tmp_path / "told/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "{\\"words\\": \\"$*\\"}"\n')
    python.chmod(0o755)
    bench = versus.Bench(tmp_path, quick=False)
    lean = versus.Contender("Lean", "told", (), lean=True)
    found = bench.measure(lean, "interrupt", turns=3, flood=True)
    program = FOLDER / "versus_measure.py"
    assert found == {"words": f"{program} told interrupt --lean --turns 3 --flood"}

"""What `versus.py` has measured becomes RESULTS.md and charts."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from .programs import Found, Load, needs_benchmarks, output, run

pytestmark = needs_benchmarks

FIRST_AUDIO = {
    "rxvoice": 0.5,
    "Pipecat": 12.0,
    "Pipecat, lean": 4.0,
    "LiveKit Agents": 6.0,
    "RxPY by hand": 0.4,
    "asyncio by hand": 0.2,
}
CARRIED = {
    "rxvoice": 160,
    "Pipecat": 10,
    "Pipecat, lean": 20,
    "LiveKit Agents": 40,
    "RxPY by hand": 500,
    "asyncio by hand": 600,
}


class Bench:
    """Makes numbers up."""

    def about(self, contender: Any) -> Found:
        packages = {"rxvoice": "1.2.3", "pipecat-ai": "4.5.6"}
        return {"packages": packages, "count": 12, "size": 34.5, "import": 0.25, "memory": 40.0}

    def measure(self, contender: Any, measure: str, **options: Any) -> Found | None:
        name = contender.name
        if measure == "reply":
            delay = {"delay": _spread(FIRST_AUDIO[name]), "failed": 0, "collection": 0.1}
            return delay | {what: _spread(5.0) for what in ("window", "quiet", "turn")}
        if measure == "interrupt":
            return None if name == "Pipecat" else _interrupted(stale=name == "LiveKit Agents")
        if measure == "stages":
            return {str(count): _spread(1.0 + 0.1 * count) for count in (1, 8, 32)} | {"each": 0.1}
        return {"points": [{"turns": 10, "processor": 1.25, "memory": 0.5}], "failed": None}

    def sessions(self, contender: Any) -> list[Found]:
        most = CARRIED[contender.name]
        return [_load(most, late=5.0), _load(2 * most, late=50.0)]

    def alone(self) -> list[Found]:
        line = {"unit": "µs", "note": "", "ratio": 1.5, "bare": 2.0}
        return [
            line | {"name": "slow kernel", "value": 3.0, "aim": 2.4},
            line | {"name": "quick kernel", "value": 2.0, "aim": 2.4},
        ]


def _spread(value: float) -> Found:
    return {"median": value, "p95": value, "least": value, "most": value, "count": 1}


def _interrupted(*, stale: bool) -> Found:
    times = {name: _spread(0.75) for name in ("last", "model", "voice")}
    return times | {"failed": 0, "stale": _spread(3.0 if stale else 0.0)}


def _load(sessions: int, *, late: float) -> Found:
    one = {"load": 0.5, "processor": 1.0, "set_up": 0.5, "collection": 1.0}
    memory = {"memory_idle": 0.1, "memory_busy": 0.2}
    lateness = {"late": {"p99": late}, "lag": {"p99": 1.0}}
    return {"sessions": sessions, "answers": 1.0} | one | memory | lateness


@pytest.fixture
def versus(load: Load) -> ModuleType:
    return load("versus")


@pytest.fixture
def results(versus: ModuleType) -> Found:
    found: Found = json.loads(json.dumps(versus.run(Bench(), [], quick=True)))
    return found


@pytest.fixture
def rows(load: Load, results: Found) -> Mapping[str, list[str]]:
    page: str = load("versus_told").told(results)
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()]
    return {row[0]: row[1:] for row in cells if row}


def test_all_stacks_are_measured(versus: ModuleType, results: Found) -> None:
    assert list(results["stacks"]) == [each.name for each in versus.CONTENDERS]
    for found in results["stacks"].values():
        steps = {"about", "stages", "reply", "interrupt", "flood", "growth", "sessions"}
        assert steps <= found.keys()


def test_a_row_has_the_numbers_of_all_stacks_and_the_ratio_to_the_best_peer(
    rows: Mapping[str, list[str]],
) -> None:
    told = rows["first audio, median"]
    assert told[:6] == ["0.5 ms", "12 ms", "4 ms", "6 ms", "0.4 ms", "0.2 ms"]
    assert told[6:] == ["÷ 8", "≤ 1 met"]


def test_more_calls_are_better_and_a_missed_aim_is_said(rows: Mapping[str, list[str]]) -> None:
    told = rows["calls that were carried"]
    assert told[:6] == ["160", "10", "20", "40", "500", "600"]
    assert told[6:] == ["× 4", "≥ 200 **missed**"]


def test_times_and_kernels_that_miss_their_aims_are_said(rows: Mapping[str, list[str]]) -> None:
    assert rows["voice cancelled, median"][-1] == "≤ 0.5 **missed**"
    assert rows["slow kernel"] == ["3 µs", "2 µs", "1.50", "< 2.4 µs **missed**"]
    assert rows["quick kernel"][-1] == "< 2.4 µs met"


def test_a_measure_that_failed_is_a_dash(rows: Mapping[str, list[str]]) -> None:
    assert rows["old packets of 20 ms, most"][:6] == ["0", "–", "0", "3", "0", "0"]
    assert rows["old packets of 20 ms, most"][-1] == "≤ 0 met"


def test_the_page_names_the_versions_and_what_is_not_comparable(load: Load, results: Found) -> None:
    page = load("versus_told").told(results)
    assert "rxvoice 1.2.3" in page
    assert "Pipecat 4.5.6" in page
    assert results["date"] in page
    assert results["machine"]["machine"] in page
    assert "## What is not comparable" in page


def test_results_without_a_stack_are_told_without_it(load: Load, results: Found) -> None:
    del results["stacks"]["RxPY by hand"]
    page: str = load("versus_told").told(results)
    assert "| | rxvoice | Pipecat | Pipecat, lean | LiveKit Agents | asyncio by hand |" in page
    assert "RxPY by hand" not in page


def test_some_stacks_and_parts_are_measured_and_the_others_kept(
    versus: ModuleType, results: Found
) -> None:
    del results["stacks"]["RxPY by hand"]
    chosen = versus.chosen("rxpy,bare")
    found = versus.run(Bench(), ["reply", "flood"], quick=True, contenders=chosen)
    assert list(found["stacks"]) == ["RxPY by hand", "asyncio by hand"]
    assert "alone" not in found
    for each in found["stacks"].values():
        assert list(each) == ["about", "reply", "flood"]
        each["reply"] = "anew"
    merged = versus.merged(results, found, [each.name for each in versus.CONTENDERS])
    assert list(merged["stacks"]) == [each.name for each in versus.CONTENDERS]
    replies = [each["reply"] == "anew" for each in merged["stacks"].values()]
    assert replies == [False, False, False, False, True, True]
    assert merged["stacks"]["asyncio by hand"]["growth"]
    assert merged["alone"] == results["alone"]


def test_what_was_measured_on_another_machine_is_said(
    versus: ModuleType, load: Load, results: Found
) -> None:
    told = load("versus_told").told
    names = [each.name for each in versus.CONTENDERS]
    results["machine"]["machine"] = "an old one"
    assert "Not to be compared" not in told(results)
    found = versus.run(Bench(), ["reply"], quick=True, contenders=versus.CONTENDERS[:4])
    merged = versus.merged(results, found, names)
    line = next(line for line in told(merged).splitlines() if "Not to be compared" in line)
    assert " an old one: rxvoice, stages; rxvoice, interrupt; " in line
    assert "LiveKit Agents, reply" not in line
    assert "RxPY by hand, reply" in line
    assert line.endswith("; section 7.")
    again = versus.merged(merged, versus.run(Bench(), quick=True), names)
    assert "Not to be compared" not in told(again)


def test_a_page_of_one_stack_alone_is_told(versus: ModuleType, load: Load) -> None:
    found = versus.run(Bench(), ["reply"], quick=True, contenders=versus.chosen("rxpy"))
    page: str = load("versus_told").told(found)
    assert "| first audio, median | 0.4 ms |  |  |" in page


def test_both_variants_of_a_stack_are_chosen_by_its_name(versus: ModuleType) -> None:
    assert [each.name for each in versus.chosen("pipecat")] == ["Pipecat", "Pipecat, lean"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--stacks", "rxvoice,pypecat"],
            "no stack 'pypecat', there are rxvoice, pipecat, livekit",
        ),
        (["--only", "replies"], "invalid choice: 'replies'"),
    ],
)
def test_a_stack_or_part_that_is_not_there_is_refused(
    words: list[str], said: str, tmp_path: Path
) -> None:
    done = run("versus.py", *words, "--out", str(tmp_path / "results.json"))
    assert done.returncode == 2
    assert said in done.stderr


def test_the_program_tells_again_what_was_kept(results: Found, tmp_path: Path) -> None:
    kept = tmp_path / "results.json"
    kept.write_text(json.dumps(results), encoding="utf-8")
    output(run("versus.py", "--tell", "--out", str(kept)))
    page = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert page.startswith("# rxvoice next to its peers")
    assert json.loads(kept.read_text(encoding="utf-8")) == results


def test_the_charts_show_all_stacks(
    results: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = [sys.executable, "-c", "import matplotlib"]
    if subprocess.run(check, capture_output=True, check=False).returncode:
        pytest.skip("matplotlib is not here: `uv run --with matplotlib` brings it")
    kept, drawn = tmp_path / "results.json", tmp_path / "results.svg"
    kept.write_text(json.dumps(results), encoding="utf-8")
    output(run("charts.py", "--results", str(kept), "--out", str(drawn)))
    text = drawn.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert all(f"<!-- {name} -->" in text for name in FIRST_AUDIO)

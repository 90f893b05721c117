"""Each example is exercised by an automated caller."""

import re
import runpy
from pathlib import Path

import pytest

from rxvoice.testing.simulation import CONDITIONS, PERSONAS, simulate

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))

ELSEWHERE = {
    "own_provider": "its provider is put to the conformance checks",
    "served_agent": "clients call it over the server, in tests/server",
}
"""Examples that are no agents, and how they are exercised instead."""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_simulated_callers_call_every_example(path: Path) -> None:
    """DX03: callers of all kinds, good and bad conditions; nothing fails, nothing is stale."""
    if path.stem in ELSEWHERE:
        return
    pytest.importorskip("hibari")
    pytest.importorskip("xllamacpp")
    agent = runpy.run_path(str(path))["agent"]
    for persona in PERSONAS.values():
        for conditions in (CONDITIONS["usual"], CONDITIONS["troubled"]):
            report = simulate(agent, persona, calls=1, seed=3, conditions=conditions)
            assert report.figures["failed"] == 0, report
            assert report.figures["stale_frames"] == 0, report
    heard = simulate(agent, calls=1, seed=3, audio=True)
    assert heard.figures["failed"] == 0, heard
    assert (heard.figures["replies"] or 0) > 0


def test_the_index_lists_every_example_and_how_it_is_run() -> None:
    index = (Path(__file__).parents[1] / "examples" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in index.splitlines() if line.startswith("| [")]
    listed = [re.findall(r"\]\((\w+\.py)\)", row) for row in rows]
    assert sorted(listed) == [[path.name] for path in EXAMPLES]
    for row, (name,) in zip(rows, listed, strict=True):
        assert re.search(rf"`uv run .*examples/{name}.*`", row)

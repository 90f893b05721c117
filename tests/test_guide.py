"""The code of docs/testing.md runs, and fails where the page shows a failure."""

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "testing.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_guide_is_true() -> None:
    """Each Python block runs in order; one that is followed by a text block fails with it."""
    names: dict[str, Any] = {"__name__": "guide"}
    blocks = BLOCK.findall(PAGE.read_text())
    assert len(blocks) > 6
    ran = failed = 0
    for index, (kind, text) in enumerate(blocks):
        if kind != "python":
            continue
        new: dict[str, Any] = {}
        exec(compile(text, f"docs/testing.md, block {index}", "exec"), names, new)
        names |= new
        shown = blocks[index + 1][1] if index + 1 < len(blocks) else ""
        expects_failure = index + 1 < len(blocks) and blocks[index + 1][0] == "text"
        tests = [value for name, value in new.items() if name.startswith("test_")]
        for test in tests:
            ran += 1
            if expects_failure:
                failed += 1
                with pytest.raises(AssertionError) as failure:
                    test()
                assert str(failure.value).strip() == shown.strip()
            else:
                test()
    assert ran > 5
    assert failed > 0

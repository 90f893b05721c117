"""The page about language models says what is so."""

import re
from pathlib import Path

import pytest

from rxvoice.providers.openai import PRESETS, Preset

PAGE = (Path(__file__).parents[1] / "docs" / "llms.md").read_text(encoding="utf-8")
EXAMPLES = [
    "\n" * PAGE.count("\n", 0, found.start(1)) + found[1]  # so that errors have the page's lines
    for found in re.finditer(r"```python\n(.*?)```", PAGE, re.DOTALL)
]


def row(preset: Preset) -> str:
    """What the table of vendors says of one."""
    differences: list[str] = []
    if not preset.developer:
        differences.append("remarks are the user's")
    if preset.one_system:
        differences.append(f"one system message for models named {preset.one_system}")
    if preset.adapter == "mistral":
        differences.append("Mistral's order of messages")
    if preset.adapter == "perplexity":
        differences.append("roles take turns")
    if preset.stepwise:
        differences.append("usage step by step")
    if preset.thoughts == "tags":
        differences.append("thoughts in tags, too")
    differences += [f"`{ours}` is `{theirs}`" for ours, theirs in sorted(preset.renamed.items())]
    if preset.rejected:
        names = ", ".join(f"`{name}`" for name in sorted(preset.rejected))
        differences.append(f"without {names}")
    address = f"`{preset.base_url}`" if preset.base_url else "your own"
    key = f"`{preset.key}`" if preset.key else "none"
    model = f"`{preset.model}`" if preset.model else "to be given"
    return f"| `{preset.name}` | {address} | {key} | {model} | {'; '.join(differences)} |"


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_its_examples_run(number: int) -> None:
    exec(compile(EXAMPLES[number], "docs/llms.md", "exec"), {"__name__": "example"})


def test_it_has_the_examples() -> None:
    assert len(EXAMPLES) >= 3


def test_lm31_the_table_of_vendors_is_what_the_presets_are() -> None:
    assert "\n".join(map(row, PRESETS.values())) in PAGE

"""The page about ears and voices says what is so."""

import re
from pathlib import Path

import pytest

from rxvoice.providers._catalogue import catalogue
from rxvoice.providers._ear_losses import Reconnect
from rxvoice.providers._voice_reply import Patience

PAGE = (Path(__file__).parents[1] / "docs" / "speech.md").read_text(encoding="utf-8")
EXAMPLES = [
    "\n" * PAGE.count("\n", 0, found.start(1)) + found[1]  # so that errors have the page's lines
    for found in re.finditer(r"```python\n(.*?)```", PAGE, re.DOTALL)
]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_its_examples_run(number: int) -> None:
    exec(compile(EXAMPLES[number], "docs/speech.md", "exec"), {"__name__": "example"})


def test_it_has_the_examples() -> None:
    assert len(EXAMPLES) >= 5


def test_what_it_names_is_there() -> None:
    calls = {entry.call for entry in catalogue()} | {entry.name for entry in catalogue()}
    named = set(re.findall(r"\b(\w+_(?:stt|tts)(?:_\w+)?)\b(?!\(\")", PAGE)) - {"_stt", "_tts"}
    assert named <= {call.partition("(")[0] for call in calls}
    presets = re.findall(r"`(openai_compatible_\w+\(\"\w+\"\))`", PAGE)
    assert presets
    assert set(presets) <= calls


def test_its_numbers_are_those_of_the_code() -> None:
    rules = Reconnect()
    assert (rules.attempts, rules.first, rules.quick) == (3, 4.0, 5.0)
    assert min(2 * rules.first, rules.longest) == 8.0
    assert Patience().attempts == 3

"""The page about the fakes says what is so."""

import re
from pathlib import Path

import pytest

from rxvoice.testing import servers

PAGE = (Path(__file__).parents[3] / "docs" / "fake-servers.md").read_text()
EXAMPLES = [
    "\n" * PAGE.count("\n", 0, found.start(1)) + found[1]  # so that errors have the page's lines
    for found in re.finditer(r"```python\n(.*?)```", PAGE, re.DOTALL)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=["openai", "own"])
def test_its_examples_run(example: str) -> None:
    exec(compile(example, "docs/fake-servers.md", "exec"), {"__name__": "example"})


@pytest.mark.parametrize("name", servers.__all__)
def test_every_fault_and_fake_is_told_of(name: str) -> None:
    value = getattr(servers, name)
    told = isinstance(value, type) and issubclass(value, servers.Fault | servers.FakeServer)
    if told and value is not servers.Fault:
        assert re.search(rf"`{name}[(`]", PAGE)
        assert servers.__doc__ is not None
        if issubclass(value, servers.Fault):
            assert f"`{name}`" in servers.__doc__


def test_public_names_exist_and_are_documented() -> None:
    assert len(servers.__all__) == len(set(servers.__all__))
    for name in servers.__all__:
        value = getattr(servers, name)
        assert not isinstance(value, type) or value.__doc__

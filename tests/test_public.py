"""What users import."""

import importlib
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

import rxvoice.operators
import rxvoice.testing

ROOT = Path(__file__).parents[1]
PACKAGES = [
    "rxvoice",
    "rxvoice.aio",
    "rxvoice.audio",
    "rxvoice.context",
    "rxvoice.contracts",
    "rxvoice.errors",
    "rxvoice.items",
    "rxvoice.operators",
    "rxvoice.reports",
    "rxvoice.rtvi",
    "rxvoice.server",
    "rxvoice.sinks",
    "rxvoice.sources",
    "rxvoice.telemetry",
    "rxvoice.telephony",
    "rxvoice.testing",
    "rxvoice.testing.chaos",
    "rxvoice.testing.conformance",
    "rxvoice.testing.calls",
    "rxvoice.testing.laws",
    "rxvoice.testing.servers",
    "rxvoice.testing.simulation",
    "rxvoice.testing.strategies",
    "rxvoice.transports",
    "rxvoice.transports.livekit",
    "rxvoice.transports.webrtc",
    "rxvoice.tuning",
    "rxvoice.turns",
    "rxvoice.viz",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_public_names_exist_and_stand_once(name: str) -> None:
    module = importlib.import_module(name)
    names: list[str] = list(module.__all__)
    assert len(names) == len(set(names))
    assert all(hasattr(module, public) for public in names)


@pytest.mark.parametrize("name", PACKAGES)
def test_public_functions_and_classes_are_documented(name: str) -> None:
    module = importlib.import_module(name)
    for public in module.__all__:
        value = getattr(module, public)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), public


@pytest.mark.parametrize("name", rxvoice.operators.__all__)
def test_an_operators_options_are_keywords(name: str) -> None:
    """What an operator is about is positional-only, all else keyword-only."""
    parameters = inspect.signature(getattr(rxvoice.operators, name)).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    subject = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL}
    assert kinds <= {*subject, inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", ["operators", "sources", "sinks"])
def test_the_links_at_the_top_lead_into_the_package(name: str) -> None:
    link = ROOT / name
    if not link.exists():
        pytest.skip("the links are part of the checkout only")
    assert link.is_symlink()
    assert link.resolve() == (ROOT / "rxvoice" / name).resolve()


def test_the_readmes_test_is_a_test_that_passes() -> None:
    readme = (ROOT / "README.md").read_text()
    code = textwrap.dedent(readme.split("  ```python\n")[1].split("  ```")[0])
    kit = {name: getattr(rxvoice.testing, name) for name in rxvoice.testing.__all__}
    names: dict[str, Any] = {**vars(rxvoice.operators), **vars(rxvoice), **kit}
    exec(code, names)
    names["test_the_caller_can_interrupt"]()


def test_the_readmes_commands_and_names_are_real() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in re.findall(r"^    (\w+)\(", readme.split("```python")[1], re.M):
        assert hasattr(rxvoice.operators, name), name
    for path in re.findall(r"\]\(([\w./]+)\)", readme):
        assert (ROOT / path).exists(), path

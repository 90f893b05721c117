"""The files that deploy a server hold commands and variables that there are."""

import argparse
import json
import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest

from rxvoice.cli import _serve

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(not (ROOT / "Dockerfile").exists(), reason="only in a clone")


def _parsed(command: list[str]) -> argparse.Namespace:
    """Return what `rxvoice serve …` understands of a command."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    _serve.add_arguments(parser.add_subparsers())
    assert Path(command[0]).name == "rxvoice"
    return parser.parse_args(command[1:])


def _entry_point() -> list[str]:
    text = (ROOT / "Dockerfile").read_text()
    found = re.search(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)
    assert found
    return json.loads(found.group(1))


def test_the_container_serves_on_all_addresses_and_tells_its_health() -> None:
    args = _parsed(_entry_point())
    text = (ROOT / "Dockerfile").read_text()
    assert (args.host, args.port) == ("0.0.0.0", 7860)
    assert "EXPOSE 7860" in text
    assert "http://127.0.0.1:7860/health" in text
    assert "STOPSIGNAL SIGTERM" in text


def test_the_container_installs_extras_that_there_are() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    found = re.search(r'pip install .*"/src\[(.*)\]"', (ROOT / "Dockerfile").read_text())
    assert found
    for extra in found.group(1).split(","):
        assert re.search(rf"^{extra} = \[", project, re.MULTILINE), extra


def test_the_composed_agent_has_a_proxy_and_time_to_drain() -> None:
    text = (ROOT / "compose.yaml").read_text()
    found = re.search(r'command: (\["agent.py".*\])', text)
    assert found
    args = _parsed([*_entry_point(), *json.loads(found.group(1))])
    grace = re.search(r"stop_grace_period: (\d+)s", text)
    assert grace
    assert args.agent == "agent.py"
    assert args.proxies == 1
    assert int(grace.group(1)) >= args.drain + 10


def test_the_unit_has_a_proxy_and_time_to_drain() -> None:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment]  # names keep their letters
    unit.read(ROOT / "deploy" / "rxvoice.service")
    service = unit["Service"]
    args = _parsed(shlex.split(service["ExecStart"]))
    assert args.proxy == "voice.example.org"
    assert args.proxies == 1
    assert int(service["TimeoutStopSec"]) >= args.drain + 10
    assert service["KillSignal"] == "SIGTERM"


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "deploy/rxvoice.service"])
def test_variables_of_ours_are_those_that_are_read(name: str) -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "rxvoice").rglob("*.py"))
    for variable in set(re.findall(r"RXVOICE_[A-Z_]+", (ROOT / name).read_text())):
        assert f'"{variable}"' in code, variable

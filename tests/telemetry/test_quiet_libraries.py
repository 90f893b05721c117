"""Noisy libraries are silent unless somebody wants to hear them (OB13)."""

import logging
import subprocess
import sys

import pytest

from rxvoice.cli import main
from rxvoice.telemetry import quiet_libraries
from rxvoice.telemetry._quiet_libraries import NOISY


@pytest.fixture(autouse=True)
def no_levels() -> None:
    """Begin with none; they are set back behind these tests."""
    logging.getLogger().setLevel(logging.WARNING)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET)


def is_told(name: str, level: int) -> bool:
    return logging.getLogger(name).isEnabledFor(level)


@pytest.mark.parametrize("name", NOISY)
def test_ob13_requests_and_packets_are_not_told(name: str) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    before = [*logging.getLogger(name).handlers]
    quiet_libraries()
    assert not is_told(name, logging.DEBUG)
    assert not is_told(f"{name}.part", logging.DEBUG)
    assert is_told(name, logging.WARNING)
    assert logging.getLogger(name).handlers == before, "where it is told is not changed"


def test_ob13_a_library_can_be_heard_again() -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    quiet_libraries(loud=["aiortc"])
    assert is_told("aiortc", logging.DEBUG)
    quiet_libraries()
    assert not is_told("aiortc", logging.DEBUG)
    quiet_libraries(loud=["aiortc", "httpx"])
    assert is_told("aiortc", logging.DEBUG)
    assert is_told("httpx", logging.DEBUG)


def test_keys_in_headers_are_never_told() -> None:
    quiet_libraries(loud=["websockets"])
    assert logging.getLogger("websockets").level == logging.INFO


def test_what_an_application_has_set_stays() -> None:
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    quiet_libraries()
    assert logging.getLogger("httpx").level == logging.DEBUG
    quiet_libraries(loud=["httpx"])
    assert logging.getLogger("httpx").level == logging.DEBUG


def test_ob13_the_command_line_is_quiet_and_can_be_loud(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["providers"]) == 0
    assert logging.getLogger("aiortc").level == logging.WARNING
    assert main(["--loud", "aiortc", "providers"]) == 0
    assert logging.getLogger("aiortc").level == logging.NOTSET
    assert capsys.readouterr().err == ""


def test_ob13_importing_everything_logs_nothing() -> None:
    code = (
        "import logging, pkgutil, importlib; logging.basicConfig(level=logging.DEBUG); "
        "import rxvoice; "
        "[importlib.import_module(module.name) for module in pkgutil.walk_packages("
        "rxvoice.__path__, 'rxvoice.') if not module.name.startswith(('rxvoice.testing', "
        "'rxvoice.__main__')) and '._' not in module.name]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("", "")

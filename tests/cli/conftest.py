"""Running `rxvoice check` against fakes of the vendors' servers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rxvoice.cli import _check, main
from rxvoice.cli._check import Check
from rxvoice.cli._checking import Rows
from rxvoice.providers._catalogue import catalogue
from rxvoice.testing import run_virtual
from tests.cli.outcome import KEY, Outcome


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {key for entry in catalogue() for key in entry.keys}:
        monkeypatch.setenv(name, KEY)


@pytest.fixture
def checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Runs the command in virtual time, against a fake that takes the place of the vendor."""

    def run(server: Any, *args: str) -> Outcome:
        async def main_of(check: Check) -> Rows:
            async with server:
                address = getattr(server, "api", server.url)
                options = {**check.options, "base_url": address}
                return await replace(check, options=options).run()

        def perform(check: Check) -> Rows:
            return run_virtual(main_of(check), real_io=True)

        if server is not None:
            monkeypatch.setattr(_check, "perform", perform)
        code = main(["check", *args])
        out, error = capsys.readouterr()
        return Outcome(code, out, error)

    return run

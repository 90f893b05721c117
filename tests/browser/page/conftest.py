"""One browser for the tests of a file."""

from collections.abc import Iterator
from types import ModuleType
from typing import cast

import pytest

from .chromium import Chromium, Scratch


@pytest.fixture(scope="module")
def chromium(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Chromium]:
    """A browser whose microphone hears what the file's ``MICROPHONE`` says, if it says so."""
    module = cast("ModuleType", request.node.getparent(pytest.Module).obj)
    heard = getattr(module, "MICROPHONE", (0.0, 1.0))
    browser = Chromium(tmp_path_factory.mktemp("chromium"), heard)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def scratch(chromium: Chromium) -> Iterator[Scratch]:
    scratch = Scratch(chromium)
    yield scratch
    scratch.close()

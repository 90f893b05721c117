"""One browser for the tests of a file."""

from collections.abc import Iterator

import pytest

from .chromium import Chromium, Scratch


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def scratch(chromium: Chromium) -> Iterator[Scratch]:
    scratch = Scratch(chromium)
    yield scratch
    scratch.close()

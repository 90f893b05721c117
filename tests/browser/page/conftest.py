"""Browsers for the tests, one for each kind of microphone."""

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TypeAlias, cast

import pytest

from .chromium import Chromium, Scratch

Browsers: TypeAlias = dict[Sequence[float] | None, Chromium]


@pytest.fixture(scope="session")
def browsers() -> Iterator[Browsers]:
    made: Browsers = {}
    yield made
    for browser in made.values():
        browser.close()


@pytest.fixture(scope="module")
def chromium(
    browsers: Browsers, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Chromium:
    """A browser whose microphone hears what the file's ``MICROPHONE`` says, if it says so."""
    module = cast("ModuleType", request.node.getparent(pytest.Module).obj)
    heard = getattr(module, "MICROPHONE", (0.0, 1.0))
    if heard not in browsers:
        browsers[heard] = Chromium(tmp_path_factory.mktemp("chromium"), heard)
    return browsers[heard]


@pytest.fixture(scope="module")
def scratch(chromium: Chromium) -> Iterator[Scratch]:
    """The page, unused, for its modules."""
    scratch = Scratch(chromium)
    yield scratch
    scratch.close()

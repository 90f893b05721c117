"""A browser for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from .browser import chromium, recording


@pytest.fixture(scope="module")
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """Chromium; each page hears what the file's ``MICROPHONE`` says, silence unless it does."""
    folder: Path = tmp_path_factory.mktemp("browser")
    module = cast("ModuleType", request.module)  # pyright: ignore[reportUnknownMemberType]
    parts: tuple[float, ...] = getattr(module, "MICROPHONE", (60.0,))
    with chromium(recording(folder, *parts)) as opened:
        yield opened

"""A browser for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser import chromium, recording


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium; each page hears silence, speech after 0.8 s, and speech again after 3.7 s."""
    folder: Path = tmp_path_factory.mktemp("browser")
    with chromium(recording(folder, 0.8, 0.5, 2.4, 0.5, 60.0)) as opened:
        yield opened

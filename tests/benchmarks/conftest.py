"""Loads the benchmarks, whose modules find each other by their bare names."""

import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from .programs import FOLDER, Load


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Return what imports a benchmark; afterwards nothing is left of it."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(FOLDER)  # pyright: ignore[reportUnknownMemberType]
    yield import_module
    for name in set(sys.modules) - before:
        if str(FOLDER) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]

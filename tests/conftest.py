"""Settings of all tests."""

import gc
import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from rxvoice.telemetry._quiet_libraries import NOISY

settings.register_profile(
    "rxvoice", deadline=None, max_examples=50, derandomize=True, database=None
)
settings.load_profile("rxvoice")

NO_CONSTANTS: object = getattr(providers, "_local_constants", None)
"""What Hypothesis has found in the modules that are loaded: nothing yet.

It would draw from it, so that the cases of a test would depend on what its worker has loaded
before, and on every change of the code.
"""
setattr(providers, "_get_local_constants", lambda: NO_CONSTANTS)  # noqa: B010 (it is private)

FIRST = ("test_demo.py", "test_all_scenes.py")
"""Files of single long tests: the one in real time, and all scenes with all models."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long tests, so that others run beside them and none is alone at the end."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else 9)


def pytest_collection() -> None:
    """Collect no garbage while modules are imported: hardly anything of them is."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Do not search all that was imported, over and over, for garbage that tests leave."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def levels() -> Iterator[None]:
    """Leave what is logged as it was: the command line, run in a test, changes it for all."""
    loggers = [logging.getLogger(), *map(logging.getLogger, NOISY)]
    found = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, found, strict=True):
        logger.setLevel(level)

"""Garbage is looked for so that calls are not disturbed."""

import gc
from collections.abc import Generator

import pytest

from rxvoice.server import calm_collector


@pytest.fixture(autouse=True)
def as_before() -> Generator[None]:
    """Leave the collector of the tests as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_loaded_is_not_looked_through_again() -> None:
    loaded = len(gc.get_objects())
    calm_collector()
    assert gc.get_freeze_count() > loaded / 2
    assert len(gc.get_objects()) < loaded / 2


def test_the_rest_is_looked_through_ten_times_less_often() -> None:
    gc.set_threshold(700, 10, 10)
    calm_collector()
    assert gc.get_threshold() == (10_000, 10, 10)

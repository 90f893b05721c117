"""Tests that are run with many seeds."""

from collections.abc import Generator

import pytest

from rxvoice.testing._seeds import seeded

from ._options import SEED, seed_of, seeds_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each seed."""
    count = seeds_of(metafunc.definition)
    if count > 0:
        metafunc.fixturenames.append(SEED)
        ids = ["in-order", *(f"seed{seed}" for seed in range(count))]
        metafunc.parametrize(SEED, [None, *range(count)], ids=ids)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Give the seed of the round to every loop that the test and its fixtures make."""
    seed = seed_of(item)
    if seed is None:
        return (yield)
    with seeded(seed):
        return (yield)

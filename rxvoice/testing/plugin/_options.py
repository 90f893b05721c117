"""Marks and options of the command line."""

from dataclasses import dataclass, fields
from typing import Any

import pytest

from rxvoice.testing._notation import microseconds

MARK = "virtual_time"
RACES = "search_races"
SEED = "race_seed"
"""Name of the parameter of a round."""

ROUNDS = 20
"""How many seeds are tried unless it is said."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a test wants its virtual time.

    Attributes:
        real_io: Whether sockets and other threads take part.
        seed: Of the order of timers with equal deadlines.
        tick: Seconds that a token of a diagram takes.
    """

    real_io: bool = False
    seed: int | None = None
    tick: float = 0.02


def options_of(item: pytest.Item) -> Options:
    """Return what the marks of a test say.

    Raises:
        UsageError: When a mark has an option that does not exist, or a bad one.
    """
    given: dict[str, object] = {}
    names = [field.name for field in fields(Options)]
    for mark in reversed(list(item.iter_markers(MARK))):
        wrong = [repr(arg) for arg in mark.args] + [
            name for name in mark.kwargs if name not in names
        ]
        if wrong:
            raise pytest.UsageError(
                f"{item.nodeid}: {MARK} takes {', '.join(names)} by name, got {', '.join(wrong)}"
            )
        given |= mark.kwargs
    seed = seed_of(item)
    options = Options(**(given if seed is None else {**given, "seed": seed}))  # pyright: ignore
    if microseconds(options.tick) <= 0:
        raise pytest.UsageError(
            f"{item.nodeid}: tick must be at least a microsecond, got {options.tick}"
        )
    return options


def seed_of(item: pytest.Item) -> int | None:
    """Return the seed of the round that a test is; None when it is none, or the one without."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(SEED) if callspec is not None else None


def seeds_of(definition: pytest.Item) -> int:
    """Return how many seeds a test is to be tried with."""
    mark = definition.get_closest_marker(RACES)
    wanted: Any = definition.config.getoption("race_seeds")
    if mark is None:
        return int(wanted)
    if mark.kwargs or len(mark.args) > 1 or not all(_is_count(arg) for arg in mark.args):
        raise pytest.UsageError(f"{definition.nodeid}: {RACES} takes a number of seeds")
    return max(int(wanted), *mark.args or (ROUNDS,))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--race-seeds``."""
    parser.getgroup("rxvoice").addoption(
        "--race-seeds",
        type=int,
        default=0,
        metavar="N",
        help="run every test also with N orders of the timers that are due at one instant",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(real_io=False, seed=None, tick=0.02): run the coroutine on a loop in virtual time",
    )
    config.addinivalue_line(
        "markers",
        f"{RACES}(seeds={ROUNDS}): run the test with as many orders of timers that are due at once",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse bad options before the first test runs."""
    for item in items:
        if item.get_closest_marker(MARK):
            options_of(item)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value > 0

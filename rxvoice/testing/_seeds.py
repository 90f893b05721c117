"""Seeds: which of several timers with one deadline comes first."""

import random
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar

_ambient: ContextVar[int | None] = ContextVar("rxvoice_seed", default=None)

SOONEST = -1.0
"""Rank of what comes before everything else at its instant."""

IN_TURN = 0.0
"""Rank of what keeps the order in which it was made."""


class Ties:
    """Ranks for timers, by which those with equal deadlines are ordered.

    Args:
        seed: Of the random order; without one, all ranks are equal.
    """

    def __init__(self, seed: int | None) -> None:
        self._random = None if seed is None else random.Random(seed)

    @property
    def are_drawn(self) -> bool:
        """Whether there is a seed."""
        return self._random is not None

    def rank(self) -> float:
        """Return the rank of one timer."""
        return IN_TURN if self._random is None else 1.0 - self._random.random()

    def ranks(self) -> Callable[[float], float]:
        """Return a function that gives timers of one origin the same rank at one deadline."""
        known: dict[float, float] = {}

        def rank(when: float) -> float:
            found = known.get(when)
            if found is None:
                found = known[when] = self.rank()
            return found

        return rank


@contextmanager
def seeded(seed: int | None) -> Generator[None]:
    """Give a seed to every virtual loop that is made meanwhile without one of its own.

    Args:
        seed: See `VirtualLoop`; None for none.
    """
    token = _ambient.set(seed)
    try:
        yield
    finally:
        _ambient.reset(token)


def current_seed() -> int | None:
    """Return the seed that `seeded` gives."""
    return _ambient.get()


def name_seed(error: BaseException, seed: int | None) -> None:
    """Note on an error with which seed it came, unless that was done."""
    if seed is None:
        return
    note = f"seed={seed} orders the timers with equal deadlines as they were here"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def search_races(test: Callable[[], object], seeds: int | Iterable[int] = 100) -> None:
    """Run a test again and again, with timers of equal deadlines in another order each time.

    What happens at one instant of virtual time by chance happens in one of many orders in
    production; see `VirtualLoop` for what is shuffled. A test that passes in the order in which
    timers were made, and fails in another, has found a race::

        def test_the_reply_survives_any_order() -> None:
            search_races(lambda: run_virtual(conversation()))

    It is first run without a seed, so that what is wrong in any order is not taken for a race.

    Args:
        test: Called without arguments. Every virtual loop that it makes without a seed of its own
            takes that of the round.
        seeds: How many, or which ones.

    Raises:
        Exception: What the test raises, with a note that names the seed and how many passed.
    """
    with seeded(None):
        test()
    for passed, seed in enumerate(range(seeds) if isinstance(seeds, int) else seeds):
        try:
            with seeded(seed):
                test()
        except BaseException as error:
            name_seed(error, seed)
            error.add_note(
                f"a race: the test passes without a seed and with {passed} others; "
                f"run it in `with seeded({seed}):` to see this again"
            )
            raise


__all__ = ["IN_TURN", "SOONEST", "Ties", "current_seed", "name_seed", "search_races", "seeded"]

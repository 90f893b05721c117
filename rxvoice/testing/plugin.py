"""The pytest plugin: fixtures ``marbles`` and ``virtual_loop``.

Use it with ``pytest -p rxvoice.testing.plugin``, or by ``pytest_plugins =
["rxvoice.testing.plugin"]`` in the top ``conftest.py``. What the fixtures check is checked at the
end of the test function, so that what is wrong is a failure of the test, not an error of its
tear-down.
"""

from collections.abc import Generator, Iterator

import pytest

from ._leaks import leftovers
from ._loop import VirtualLoop
from ._marbles import Marbles
from ._run import abandon, assert_no_unhandled, settle


@pytest.fixture
def marbles() -> Iterator[Marbles]:
    """A test bench in virtual time; it runs and is checked when the test function returns."""
    bench = Marbles()
    yield bench
    bench.close()


@pytest.fixture
def virtual_loop() -> Iterator[VirtualLoop]:
    """An event loop in virtual time; when the test function returns nothing may be left on it."""
    loop = VirtualLoop()
    yield loop
    abandon(loop)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Check the fixtures as a part of the test."""
    result = yield
    for value in pyfuncitem.funcargs.values():
        if isinstance(value, Marbles):
            value.check()
        elif isinstance(value, VirtualLoop) and not value.is_closed():
            _check_loop(value)
    return result


def _check_loop(loop: VirtualLoop) -> None:
    settle(loop)
    assert_no_unhandled(loop)
    left = leftovers(loop, threads=False)
    if left:
        raise AssertionError("left on the loop:\n" + "\n".join(f"  {line}" for line in left))


__all__ = ["marbles", "virtual_loop"]

"""The fixtures, and what is checked at the end of a test that uses them."""

import sys
from collections.abc import Collection, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ._options import options_of

if TYPE_CHECKING:  # imported when a test wants them, since the plugin is in every run of pytest
    import asyncio

    from rxvoice.testing._loop import VirtualLoop
    from rxvoice.testing._marbles import Marbles

BACKGROUND = pytest.StashKey[bool]()
"""Whether asynchronous fixtures live on the loop of a test."""


@pytest.fixture
def virtual_loop(request: pytest.FixtureRequest) -> "Iterator[VirtualLoop]":
    """An event loop in virtual time; when the test function returns nothing may be left on it."""
    from rxvoice.testing._leaks import leftovers
    from rxvoice.testing._loop import VirtualLoop
    from rxvoice.testing._run import abandon, settle

    options = options_of(request.node)
    loop = VirtualLoop(real_io=options.real_io, seed=options.seed)
    yield loop
    try:
        if request.node.stash.get(BACKGROUND, False) and not loop.is_closed():
            settle(loop)
            _refuse(leftovers(loop, threads=False), "left by the fixtures")
    finally:
        abandon(loop)


@pytest.fixture
def marbles(request: pytest.FixtureRequest, virtual_loop: "VirtualLoop") -> "Marbles":
    """A test bench in virtual time; it runs and is checked when the test function returns."""
    from rxvoice.testing._marbles import Marbles

    return Marbles(options_of(request.node).tick, loop=virtual_loop)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Check the fixtures as a part of the test."""
    __tracebackhide__ = True
    values = pyfuncitem.funcargs.values()
    benches: list[Marbles] = _made_by("rxvoice.testing._marbles", "Marbles", values)
    loops: list[VirtualLoop] = _made_by("rxvoice.testing._loop", "VirtualLoop", values)
    if not loops and not benches:
        return (yield)
    background = _background(loops) if pyfuncitem.stash.get(BACKGROUND, False) else {}
    for bench in benches:
        bench.tolerate(background.get(bench.loop, ()))
    try:
        result = yield
    except BaseException:
        pyfuncitem.stash[BACKGROUND] = False  # what is left says nothing more
        raise
    for bench in benches:
        bench.check()
    for loop in loops:
        if not loop.is_closed() and not any(bench.loop is loop for bench in benches):
            _check_loop(loop, background.get(loop, ()))
    return result


def _made_by(module: str, name: str, values: Iterable[object]) -> list[Any]:
    """Return the values of a type; there are none as long as its module was not imported."""
    kind: Any = getattr(sys.modules.get(module), name, None)
    return [] if kind is None else [value for value in values if isinstance(value, kind)]


def _background(loops: "Iterable[VirtualLoop]") -> "dict[VirtualLoop, set[asyncio.Task[Any]]]":
    import asyncio

    return {loop: asyncio.all_tasks(loop) for loop in loops}


def _check_loop(loop: "VirtualLoop", background: "Collection[asyncio.Task[Any]]") -> None:
    __tracebackhide__ = True
    from rxvoice.testing._leaks import leftovers
    from rxvoice.testing._run import assert_no_unhandled, settle
    from rxvoice.testing._seeds import name_seed

    try:
        settle(loop)
        assert_no_unhandled(loop)
        _refuse(leftovers(loop, threads=False, background=background), "left on the loop")
    except AssertionError as error:
        name_seed(error, loop.seed)
        raise


def _refuse(left: list[str], said: str) -> None:
    __tracebackhide__ = True
    if left:
        raise AssertionError(f"{said}:\n" + "\n".join(f"  {line}" for line in left))

"""Coroutines as tests and as fixtures, in virtual time."""

import functools
import inspect
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, cast

import pytest

from ._fixtures import BACKGROUND
from ._options import MARK, options_of

if TYPE_CHECKING:  # imported when a test wants them, since the plugin is in every run of pytest
    from rxvoice.testing._loop import VirtualLoop

_OTHERS = ("asyncio", "anyio", "trio")
"""Marks by which other plugins take a test."""


class VirtualTimeTest(pytest.Function):
    """A coroutine that is run in virtual time."""

    def get_closest_marker(self, name: str, default: Any = None) -> Any:
        """Return a mark; but none that says that another plugin runs the test."""
        return default if name in _OTHERS else super().get_closest_marker(name, default)

    def setup(self) -> None:
        """Set the fixtures up, the loop first."""
        names = self.fixturenames
        if "anyio_backend" in names and "anyio_backend" not in self._fixtureinfo.argnames:
            names.remove("anyio_backend")
        if "virtual_loop" not in names:
            names.insert(0, "virtual_loop")
        super().setup()

    def runtest(self) -> None:
        """Run the test as a function that is not a coroutine."""
        test: Any = self.obj
        property_test = getattr(test, "hypothesis", None)
        with pytest.MonkeyPatch.context() as patch:
            if property_test is None:
                loop: Any = self.funcargs["virtual_loop"]
                patch.setattr(self, "obj", _on(loop, test))
            else:
                patch.setattr(property_test, "inner_test", self._anew(property_test.inner_test))
            super().runtest()

    def _anew(self, test: Callable[..., Any]) -> Callable[..., None]:
        """Run each example on a loop of its own."""
        from rxvoice.testing._run import run_virtual

        options = options_of(self)

        @functools.wraps(test)
        def example(*args: Any, **kwargs: Any) -> None:
            run_virtual(test(*args, **kwargs), real_io=options.real_io, seed=options.seed)

        return example


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Take the coroutines that ask for virtual time, whoever else wants them."""
    made = yield
    if isinstance(made, list):
        return [_taken(node) for node in made]  # pyright: ignore[reportUnknownVariableType]
    return _taken(made)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Run asynchronous fixtures of such a test on its loop."""
    function = fixturedef.func
    is_life = inspect.isasyncgenfunction(function)
    mine = isinstance(request.node, VirtualTimeTest) and request.scope == "function"
    if not mine or not (is_life or inspect.iscoroutinefunction(function)):
        return (yield)
    from rxvoice.testing._run import run_on

    from ._lives import Life

    loop: VirtualLoop = request.getfixturevalue("virtual_loop")
    request.node.stash[BACKGROUND] = True

    def fixture(**kwargs: Any) -> Any:
        made = _bound(function, request.instance)(**kwargs)
        if not is_life:
            return run_on(loop, made)
        life = Life(loop, made, name=f"fixture {fixturedef.argname}")
        request.addfinalizer(life.end)
        return life.begin()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fixturedef, "func", fixture)
        return (yield)


def _taken(node: Any) -> Any:
    """Make an item anew when it is one of ours."""
    if not isinstance(node, pytest.Function) or isinstance(node, VirtualTimeTest):
        return node
    test: Any = node.obj
    inner = getattr(getattr(test, "hypothesis", None), "inner_test", test)
    if not inspect.iscoroutinefunction(inner) or node.get_closest_marker(MARK) is None:
        return node
    make = cast(Any, VirtualTimeTest).from_parent
    item: pytest.Item = make(
        node.parent,
        name=node.name,
        callspec=getattr(node, "callspec", None),
        callobj=test,
        fixtureinfo=node._fixtureinfo,  # pyright: ignore[reportPrivateUsage]
        keywords=node.keywords,
        originalname=node.originalname,
    )
    item.own_markers = node.own_markers
    return item


def _on(loop: "VirtualLoop", test: Callable[..., Any]) -> Callable[..., None]:
    from rxvoice.testing._run import run_on, settle
    from rxvoice.testing._seeds import name_seed

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        task = loop.create_task(test(*args, **kwargs), name=getattr(test, "__name__", "test"))
        try:
            run_on(loop, task)
        except BaseException as error:
            name_seed(error, loop.seed)
            task.cancel()
            settle(loop)
            raise

    return run


def _bound(function: Callable[..., Any], instance: object) -> Callable[..., Any]:
    """Bind a method to the instance that the test runs on."""
    if instance is not None and inspect.ismethod(function):
        return function.__func__.__get__(instance)
    return function

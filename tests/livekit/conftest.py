"""Runs tests that are marked with ``namespace`` in a network of their own."""

import os

import pytest

from tests.livekit.namespace import INSIDE, outcomes, way_in


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "namespace: runs in a network namespace, in real time")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Let the other process run the test, and tell what came out."""
    if pyfuncitem.get_closest_marker("namespace") is None or INSIDE in os.environ:
        return None
    if not way_in():
        pytest.skip("no network namespace can be made here: that needs root, unshare and ip")
    found = outcomes(pyfuncitem.path)
    trouble = found.get(pyfuncitem.name, found.get("", "it did not run"))
    if trouble:
        pytest.fail(trouble, pytrace=False)
    return True

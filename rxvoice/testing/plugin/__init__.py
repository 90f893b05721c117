"""The pytest plugin: virtual time for tests.

Installing rxvoice installs it: it is an entry point of pytest. Without entry points use it with
``pytest -p rxvoice.testing.plugin``, or by ``pytest_plugins = ["rxvoice.testing.plugin"]`` in the
top ``conftest.py``.

Fixtures
    ``marbles`` is a test bench, `Marbles`; ``virtual_loop`` its loop, `VirtualLoop`. What they
    check is checked at the end of the test function, so that what is wrong is a failure of the
    test, not an error of its tear-down.

Coroutines
    ``@pytest.mark.virtual_time`` runs an ``async def`` test in virtual time, on the loop of these
    fixtures. So do its asynchronous fixtures, with their clean-up. An error that nobody handles
    and a task or timer that is left fail the test; where it would hang, `Deadlock` is raised at
    the ``await``. Diagrams count from the beginning of the test. The mark has options, also for
    tests that only use the fixtures: ``real_io=True`` lets sockets and threads take part, ``seed``
    orders timers with equal deadlines, ``tick`` is the length of a token of the bench. Tests
    without the mark are left to other plugins, those with it are taken from them.

Races
    ``@pytest.mark.search_races(20)`` runs a test without a seed and with 20; so does
    ``--race-seeds=20`` for all tests of the run. Each round is a test of its own, such as
    ``test_it[seed3]``, that can be selected again. Every virtual loop takes the seed, whether a
    fixture, `marbles` or `run_virtual` makes it.

Reports
    When pytest-html writes a report, failing diagrams are attached to it as pictures.
"""

from ._coroutines import pytest_fixture_setup, pytest_pycollect_makeitem
from ._fixtures import marbles, pytest_pyfunc_call, virtual_loop
from ._html import pytest_runtest_makereport
from ._options import pytest_addoption, pytest_collection_modifyitems, pytest_configure
from ._races import pytest_generate_tests, pytest_runtest_protocol

__all__ = [
    "marbles",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_pycollect_makeitem",
    "pytest_pyfunc_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "virtual_loop",
]

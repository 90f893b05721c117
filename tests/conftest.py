"""Settings of all tests."""

import pytest
from hypothesis import settings

settings.register_profile(
    "rxvoice", deadline=None, max_examples=50, derandomize=True, database=None
)
settings.load_profile("rxvoice")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the one test that takes real time, so that others run beside it."""
    items.sort(key=lambda item: item.path.name != "test_demo.py")

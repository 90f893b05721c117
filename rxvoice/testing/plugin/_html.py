"""Pictures of failing diagrams, in the reports of pytest-html."""

import base64
from collections.abc import Generator

import pytest

from rxvoice.testing._failure import MarbleFailure


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach a picture to the report of a failing diagram."""
    report = yield
    failure = call.excinfo.value if call.excinfo is not None else None
    if isinstance(failure, MarbleFailure) and _is_wanted(item.config):
        attached: list[object] = getattr(report, "extras", [])
        attached.append(_picture(failure))
        report.extras = attached  # pyright: ignore[reportAttributeAccessIssue]
    return report


def _is_wanted(config: pytest.Config) -> bool:
    return config.pluginmanager.hasplugin("html") and bool(config.getoption("htmlpath", None))


def _picture(failure: MarbleFailure) -> object:
    from pytest_html import extras  # pyright: ignore[reportMissingTypeStubs]

    try:
        picture = base64.b64encode(failure.svg().encode()).decode()
    except Exception as error:  # what is wrong with the picture must not hide the failure
        return extras.text(f"no picture: {error!r}", name="Marbles")
    return extras.svg(picture, name="Marbles")

"""Pictures in the reports of pytest-html."""

import base64
import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TEXT = """
import asyncio
from rxvoice.testing import marbles

def test_fixture(marbles):
    words = marbles.cold("a-b|")
    marbles.expect(words).to_be("a-c|")

def test_bench():
    with marbles() as m:
        m.expect(m.cold("a-b|")).to_be("a-c|")

def test_other():
    assert False

def test_right(marbles):
    marbles.expect(marbles.cold("a-b|")).to_be("a-b|")
"""


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    pytester.makepyfile(
        TEXT.replace("from rxvoice.testing import marbles\n", "import rxvoice.testing\n").replace(
            "with marbles()", "with rxvoice.testing.marbles()"
        )
    )
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)


def test_failing_diagrams_are_attached_as_pictures(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_html")
    run(pytester, "--html=report.html", "--self-contained-html").assert_outcomes(passed=1, failed=3)
    text = Path(pytester.path, "report.html").read_text(encoding="utf-8")
    pictures = [
        base64.b64decode(found).decode()
        for found in re.findall(r"data:image/svg\+xml;base64,\s*([A-Za-z0-9+/=]+)", text)
    ]
    assert len(pictures) == 2
    assert all(picture.startswith("<svg") for picture in pictures)
    assert "words: expected" in pictures[0]


@pytest.mark.parametrize("args", [("-p", "no:html"), ()])
def test_without_a_report_nothing_changes(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    run(pytester, *args).assert_outcomes(passed=1, failed=3)


def test_without_pytest_html_the_plugin_does_not_ask_for_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.modules['pytest_html'] = None\n")
    run(pytester, "-p", "no:html").assert_outcomes(passed=1, failed=3)


def test_a_failing_call_is_attached_as_a_picture(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_html")
    pytester.makepyfile(
        """
        from rxvoice.operators import converse
        from rxvoice.testing import conversation

        def test_differs():
            conversation(converse, user="[-]'hello'", llm=["Hi."], bot="[-]")

        def test_is_asked_for_more():
            conversation(converse, user="[-]'hello'")

        def test_does_not_end():
            conversation(converse, user="[--")
        """
    )
    args = ("-p", "no:cacheprovider", "--html=report.html", "--self-contained-html")
    pytester.runpytest_inprocess(*args).assert_outcomes(failed=3)
    text = Path(pytester.path, "report.html").read_text(encoding="utf-8")
    assert len(re.findall(r"data:image/svg\+xml;base64,", text)) == 3

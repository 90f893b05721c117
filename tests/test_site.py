"""The pages of HTML need nothing from elsewhere, and every public name is in them."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "site.py"
SITE = Path(__file__).parents[1] / "docs" / "site"
pytestmark = pytest.mark.skipif(not TOOL.exists(), reason="the tools are not part of the package")

GOOD = """
<link rel="stylesheet" href="_static/furo.css"><link rel="canonical" href="https://example.org/">
<a href="https://example.org/">a link to be clicked</a><script src="_static/a.js"></script>
<img src="picture.svg">
"""


def check(folder: Path) -> list[str]:
    """Return what the tool says of what a folder loads."""
    return list(runpy.run_path(str(TOOL))["loaded"](folder))


def test_what_is_beside_the_pages_may_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "a.css").write_text("@import url('b.css'); p { background: url(data:x) }")
    (tmp_path / "a.js").write_text('see("https://example.org/")')
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="https://cdn.example.org/a.js"></script>'),
        ("a.html", '<link rel="stylesheet" href="//fonts.example.org/a.css">'),
        ("a.html", '<img src="http://example.org/a.png">'),
        ("a.html", "<style>@import url(https://example.org/a.css);</style>"),
        ("a.css", "@font-face { src: url('https://example.org/a.woff2') }"),
        ("a.svg", "<style>@import 'https://example.org/a.css';</style>"),
        ("a.js", 'import("https://example.org/a.js")'),
        ("a.js", "fetch('//example.org/a.json')"),
    ],
)
def test_what_comes_from_elsewhere_is_noticed(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert [line.partition(" loads ")[0] for line in check(tmp_path)] == [name]


def test_every_public_package_has_a_page_or_a_section() -> None:
    """A new package is missed here, in seconds, before the site is built."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import homes; print(*homes.packages())"
    known = subprocess.run(
        [sys.executable, "-c", code, str(SITE)], capture_output=True, text=True, check=True
    ).stdout.split()
    pages = (SITE.parent / "reference").glob("*.md")
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    missing = [name for name in known if f".. automodule:: {name}\n" not in text]
    assert missing == ["rxvoice", "rxvoice.session"]  # on a page of their own


def test_a_name_that_is_on_no_page_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    page = tmp_path / "docs" / "reference" / "operators.html"
    page.write_text('<dt class="sig" id="rxvoice.operators.pace">pace</dt>')
    done = subprocess.run(
        [sys.executable, str(TOOL), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert "site: rxvoice.operators.tap is documented nowhere" in lines
    assert "site: rxvoice.operators.pace is documented nowhere" not in lines

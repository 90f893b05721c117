"""Check the pages of HTML that tools/docs.sh has built: python tools/site.py FOLDER.

They have to work without a network, so nothing may be loaded from elsewhere; and each public name
has to be documented.
"""

import importlib
import re
import runpy
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

HOMES = Path(__file__).resolve().parent.parent / "docs" / "site" / "homes.py"
"""Knows what is public."""

LOADS = {
    "audio": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "script": "src",
    "source": "src",
    "video": "src",
}
"""Attributes that make a browser fetch something, by element; links that are clicked are none."""

HARMLESS = {"alternate", "author", "canonical", "help", "license", "next", "prev", "search"}
"""Relations of ``link`` elements that nothing is fetched for."""

STYLES = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")
IMPORTS = re.compile(
    r"(?:\bimport\b|\bfetch\b|\bimportScripts\b)\s*\(?\s*['\"]((?:https?:)?//[^'\"]+)"
)


def main() -> int:
    """Check a folder, and tell what is wrong."""
    folder = Path(sys.argv[1])
    wrong = [*loaded(folder), *undocumented(folder)]
    for line in wrong:
        sys.stderr.write(f"site: {line}\n")
    return bool(wrong)


def loaded(folder: Path) -> Iterator[str]:
    """Yield what a browser would fetch from elsewhere.

    Args:
        folder: Of the pages.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".html", ".css", ".js", ".svg"):
            continue
        text = path.read_text(encoding="utf-8")
        found: list[str] = []
        if path.suffix == ".html":
            reader = _Reader()
            reader.feed(text)
            found += reader.found
        if path.suffix == ".js":
            found += IMPORTS.findall(text)
        else:
            found += STYLES.findall(text)
        yield from (f"{path.relative_to(folder)} loads {address}" for address in found)


def undocumented(folder: Path) -> Iterator[str]:
    """Yield the public names that have no entry anywhere.

    Args:
        folder: Of the pages.
    """
    text = "".join(
        page.read_text(encoding="utf-8")
        for page in sorted((folder / "docs/reference").glob("*.html"))
    )
    entries = {entry.rpartition(".")[2] for entry in re.findall(r'<dt [^>]*id="([\w.]+)"', text)}
    for package in runpy.run_path(str(HOMES))["packages"]():
        for name in importlib.import_module(package).__all__:
            if name not in entries:
                yield f"{package}.{name} is documented nowhere"


class _Reader(HTMLParser):
    """Collects the addresses elsewhere that a page makes a browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(LOADS.get(tag, "")) or ""
        relations = set((given.get("rel") or "").split())
        if re.match(r"(https?:)?//", address) and not (tag == "link" and relations & HARMLESS):
            self.found.append(address)


if __name__ == "__main__":
    sys.exit(main())

"""Draw the marbles of docs/concepts/*.md: docs/concepts/*.svg.

The functions that these pages define have marbles in their docstrings, as operators do. The tests
run them (tests/test_concepts_pages.py); this draws them. Run it from anywhere::

    python tools/concepts.py            draws the pictures
    python tools/concepts.py --check    fails when one of them is stale, or not shown
"""

import argparse
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from rxvoice.testing import example_svg, read_example

PAGES = "docs/concepts"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def main() -> int:
    """Draw or check the pictures."""
    parser = argparse.ArgumentParser(description="Draw the marbles of the concept pages.")
    parser.add_argument("--check", action="store_true", help="draw nothing; fail when one is stale")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    folder: Path = args.root / PAGES
    wanted = {
        f"{function.__name__}.svg": example_svg(read_example(function))
        for page in sorted(folder.glob("*.md"))
        for function in functions(page)
    }
    there = {path.name for path in folder.glob("*.svg")}
    text = "".join(page.read_text(encoding="utf-8") for page in folder.glob("*.md"))
    if args.check:
        stale = [name for name, svg in wanted.items() if not _holds(folder / name, svg)]
        stale += sorted(there - wanted.keys())
        stale += [f"{name} (not shown)" for name in wanted if f"]({name})" not in text]
        if stale:
            sys.stderr.write(f"concepts: stale: {', '.join(stale)}; run tools/concepts.py\n")
        return bool(stale)
    for name, svg in wanted.items():
        (folder / name).write_text(svg, encoding="utf-8", newline="\n")
    for name in there - wanted.keys():
        (folder / name).unlink()
    return 0


def functions(page: Path) -> list[Callable[..., Any]]:
    """Run a page's blocks, in order, and return the functions that have marbles.

    Args:
        page: The page, in Markdown.
    """
    name = f"concepts_{page.stem.replace('-', '_')}"
    module = sys.modules[name] = ModuleType(name)
    for code in BLOCK.findall(page.read_text(encoding="utf-8")):
        exec(compile(code, page.name, "exec"), vars(module))
    return [
        value
        for value in vars(module).values()
        if inspect.isfunction(value)
        and value.__module__ == name
        and "Marbles (one column" in (inspect.getdoc(value) or "")
    ]


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())

"""Write docs/behaviours.md: which test proves which behaviour.

A behaviour is a row of the specification, with an id such as AU10. A test proves it by naming the
id in its name (``test_au10_…``), in its docstring, in a parameter id, or in the docstring of its
class or module. Rows that are done differently, or not, are told in docs/behaviours-notes.toml::

    [TU24]
    how = "differently"
    reason = "Why, in words."

Run it from anywhere::

    python tools/behaviours.py            writes the page
    python tools/behaviours.py --check    fails when the page is stale or a row is owed
"""

import argparse
import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

AREAS = {
    "AU": "Voice activity and audio",
    "AV": "Video avatars",
    "CO": "Core",
    "CX": "Conversation context",
    "DX": "Developer experience",
    "EC": "Ecosystem",
    "EX": "Extensions",
    "LM": "Language models",
    "ME": "Memory and retrieval",
    "OB": "Metrics and observability",
    "RT": "Client protocol",
    "RU": "Development runner",
    "SS": "Speech to speech",
    "ST": "Speech recognition",
    "TE": "Telephony",
    "TR": "Transports",
    "TT": "Speech synthesis",
    "TU": "User turns",
    "VI": "Vision, images and video",
}

OWED = {
    "CO": (14, 15, *range(19, 23), *range(25, 34)),
    "CX": tuple(range(1, 29)),
    "DX": (3, 4),
    "EC": (2, 3),
    "AU": (*range(1, 8), *range(10, 27)),
    "LM": tuple(range(1, 38)),
    "ST": tuple(range(1, 29)),
    "TT": tuple(range(1, 35)),
    "OB": tuple(range(1, 14)),
    "RT": tuple(range(1, 12)),
    "RU": (*range(1, 9), 12, 13),
    "TE": tuple(range(1, 12)),
    "TR": (1, 2, *range(4, 16)),
    "TU": tuple(range(1, 27)),
}
"""Numbers of the rows that must have a test or a note."""

HOW = {"differently": "done differently", "not yet": "not done yet", "not": "not done"}

ROW = re.compile(rf"\b(?:{'|'.join(AREAS)})\d{{2}}\b")
ROW_IN_NAME = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(AREAS).lower()})\d{{2}}(?![a-z0-9])")

HEAD = """\
# Behaviours

Which test proves which behaviour. The ids are those of the project's specification, where a row
says what is wanted. Written by `python tools/behaviours.py` from the tests and from
`docs/behaviours-notes.toml`; not to be edited.
"""

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Proofs: TypeAlias = dict[str, set[str]]
Notes: TypeAlias = dict[str, tuple[str, str]]


class Problem(Exception):
    """Something is wrong with what is read; one line for people."""


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description="Write docs/behaviours.md from the tests.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when the page is stale"
    )
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    args = parser.parse_args()
    try:
        return run(args.root, check=args.check)
    except Problem as problem:
        sys.stderr.write(f"behaviours: {problem}\n")
        return 1


def run(root: Path, *, check: bool) -> int:
    """Write or check the page of one project.

    Args:
        root: The project's folder.
        check: Whether to write nothing and to complain instead.

    Raises:
        Problem: When the page is stale, a row is owed, or what is read is wrong.
    """
    proofs = find_proofs(root)
    notes = read_notes(root / "docs" / "behaviours-notes.toml")
    page = root / "docs" / "behaviours.md"
    text = render(proofs, notes)
    if not check:
        page.write_text(text, encoding="utf-8", newline="\n")
    elif not page.exists() or page.read_text(encoding="utf-8") != text:
        raise Problem(f"{page.relative_to(root)} is stale; run `python tools/behaviours.py`")
    rows = [f"{area}{number:02}" for area, numbers in OWED.items() for number in numbers]
    owed = [row for row in rows if row not in proofs and row not in notes]
    if owed:
        raise Problem(f"neither a test nor a note has {', '.join(owed)}")
    return 0


def find_proofs(root: Path) -> Proofs:
    """Return the tests that name each row, as pytest writes them.

    A module or class stands for all its tests, and only where none of them names the row itself.

    Raises:
        Problem: When a file cannot be read as Python.
    """
    proofs: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted((root / "tests").rglob("test_*.py")):
        name = path.relative_to(root).as_posix()
        try:
            module = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            raise Problem(f"{name} is not Python: {error}") from error
        for place, rows in named(module, name):
            for row in rows:
                proofs[row].add(place)
    return {
        row: {place for place in places if not any(p.startswith(f"{place}::") for p in places)}
        for row, places in proofs.items()
    }


def named(node: ast.Module | ast.ClassDef, place: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the places in a module or class and the rows that they name."""
    yield place, set(ROW.findall(ast.get_docstring(node) or ""))
    for child in node.body:
        if isinstance(child, ast.ClassDef) and child.name.startswith("Test"):
            yield from named(child, f"{place}::{child.name}")
        elif isinstance(child, Function) and child.name.startswith("test"):
            yield f"{place}::{child.name}", rows_of(child)


def rows_of(test: Function) -> set[str]:
    """Return the rows that a test names in its name, its docstring and its parameters' ids."""
    rows = set(ROW.findall(ast.get_docstring(test) or ""))
    rows.update(match.upper() for match in ROW_IN_NAME.findall(test.name))
    for decorator in test.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.keyword) and node.arg in ("id", "ids"):
                texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                rows.update(ROW.findall(" ".join(t for t in texts if isinstance(t, str))))
    return rows


def read_notes(path: Path) -> Notes:
    """Return, for each row with a note, how it is done and why.

    Raises:
        Problem: When the file is not what it has to be.
    """
    if not path.exists():
        return {}
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path.name} is not TOML: {error}") from error
    notes: Notes = {}
    for row, table in tables.items():
        if not ROW.fullmatch(row):
            raise Problem(f"{path.name}: {row} is not the id of a row")
        match table:
            case {"how": str(how), "reason": str(reason), **others} if not others:
                pass
            case _:
                raise Problem(f"{path.name}: {row} needs `how` and `reason`, and nothing else")
        if how not in HOW:
            raise Problem(f"{path.name}: {row}: how must be one of {', '.join(HOW)}")
        if not reason.strip():
            raise Problem(f"{path.name}: {row} gives no reason")
        notes[row] = HOW[how], " ".join(reason.split())
    return notes


def render(proofs: Proofs, notes: Notes) -> str:
    """Return the page."""
    lines = [HEAD]
    if notes:
        lines += ["## Done differently, or not", "", "| row | | why |", "| --- | --- | --- |"]
        for row, (how, reason) in sorted(notes.items()):
            lines.append(f"| {row} | {how} | {reason.replace('|', chr(92) + '|')} |")
        lines.append("")
    for area, title in AREAS.items():
        rows = sorted(row for row in {*proofs, *notes} if row.startswith(area))
        if not rows:
            continue
        lines += [f"## {title} ({area})", ""]
        for row in rows:
            lines.append(f"- **{row}**" + (f" ({notes[row][0]})" if row in notes else ""))
            lines += [f"  - `{place}`" for place in sorted(proofs.get(row, ()))]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""What tools/providers.py finds out about the tests of providers, and how it shows them."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from behaviours import find_proofs

import rxvoice.testing.servers
from rxvoice.providers._catalogue import Entry
from rxvoice.testing.servers import Fault

FAULTS: Final = frozenset(
    name
    for name in rxvoice.testing.servers.__all__
    if isinstance(found := getattr(rxvoice.testing.servers, name), type)
    and issubclass(found, Fault)
    and found is not Fault
)
"""Names of what goes wrong in fakes on purpose."""

AREAS: Final = {"stt": "ST", "tts": "TT"}
"""Areas of the specification."""


_PACKAGE: Final = "rxvoice.providers."


@dataclass(frozen=True, slots=True)
class Tests:
    """One file of tests.

    Attributes:
        path: Its path, from the project's root.
        modules: The modules of `rxvoice.providers` that it imports from, without the package.
        names: All that it imports.
    """

    path: str
    modules: frozenset[str]
    names: frozenset[str]

    @property
    def checks(self) -> list[str]:
        """The conformance checks that it calls."""
        return sorted(name for name in self.names if name.startswith("check_"))

    @property
    def faults(self) -> list[str]:
        """The faults of the fakes that it tries."""
        return sorted(self.names & FAULTS)


def tests_of_providers(root: Path) -> list[Tests]:
    """Return all files of tests of providers."""
    return [_tests(path, root) for path in sorted((root / "tests/providers").glob("test_*.py"))]


def proofs_of_speech(root: Path) -> Mapping[str, set[str]]:
    """Return the tests that name each row about speech."""
    return {row: t for row, t in find_proofs(root).items() if row[:2] in AREAS.values()}


def files_of(entry: Entry, tests: Sequence[Tests]) -> list[Tests]:
    """Return the files that test a provider."""
    module = entry.function.partition(":")[0]
    return [file for file in tests if module in file.modules and entry.name in file.names]


def matrix(entries: Sequence[Entry], tests: Sequence[Tests], proofs: Mapping[str, set[str]]) -> str:
    """Return how many tests each vendor has for each row."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    vendors = vendors_of(entries)
    for vendor in vendors:
        mine = [entry for entry in entries if entry.function.startswith(f"{vendor}:")]
        for row, places in rows_of(mine, tests, proofs).items():
            counts[row][vendor] = len(places)
    shown = [vendor for vendor in vendors if any(vendor in row for row in counts.values())]
    lines = (
        [row, *(str(counts[row].get(vendor, "")) for vendor in shown)] for row in sorted(counts)
    )
    return table(lines, ["", *shown])


def sections(
    entries: Sequence[Entry], tests: Sequence[Tests], proofs: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield what each vendor's tests are."""
    for vendor in vendors_of(entries):
        mine = [entry for entry in entries if entry.function.startswith(f"{vendor}:")]
        rows = rows_of(mine, tests, proofs)
        lines = [f"### {vendor}", ""]
        for file in tests:
            names = dict.fromkeys(entry.name for entry in mine if file in files_of(entry, tests))
            if names:
                lines.append(f"- `{file.path}`: {listed(names)}")
                lines += [f"  - contract: {listed(file.checks)}"] if file.checks else []
                lines += [f"  - under {listed(file.faults)}"] if file.faults else []
                lines += proved_in(file, rows)
        yield "\n".join([*lines, ""])


def proved_in(file: Tests, rows: Mapping[str, set[str]]) -> list[str]:
    """Return a line for each row that a file's tests name."""
    lines: list[str] = []
    for row, places in sorted(rows.items()):
        names = [place.partition("::")[2] for place in places if place.startswith(file.path)]
        if names:
            lines.append(f"  - {row}: {listed(sorted(name for name in names if name) or ['all'])}")
    return lines


def vendors_of(entries: Iterable[Entry]) -> list[str]:
    """Return the modules of providers, in order."""
    return sorted({entry.function.partition(":")[0] for entry in entries})


def listed(names: Iterable[str]) -> str:
    """Return names in a row."""
    return ", ".join(f"`{name}`" for name in names)


def rows_of(
    entries: Sequence[Entry], tests: Sequence[Tests], proofs: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    """Return the rows that the tests of a vendor name, and these tests."""
    files = {file.path for entry in entries for file in files_of(entry, tests)}
    found: dict[str, set[str]] = {}
    for row, places in proofs.items():
        if mine := {place for place in places if place.partition("::")[0] in files}:
            found[row] = mine
    return found


def table(lines: Iterable[Sequence[str]], head: Sequence[str]) -> str:
    """Return a table, without columns in which nothing stands."""
    rows = [list(line) for line in lines]
    columns = [column for column in range(len(head)) if any(row[column] for row in rows)]
    cut = [[row[column] for column in columns] for row in [list(head), *rows]]
    text = [f"| {' | '.join(row)} |" for row in cut]
    text.insert(1, f"|{' --- |' * len(columns)}")
    return "\n".join([*text, ""])


def _tests(path: Path, root: Path) -> Tests:
    modules: set[str] = set()
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update(alias.name for alias in node.names)
            if node.module.startswith(_PACKAGE):
                modules.add(node.module.removeprefix(_PACKAGE))
    return Tests(path.relative_to(root).as_posix(), frozenset(modules), frozenset(names))

"""What the tests of the benchmarks share: programs, and what may be asked of their numbers."""

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
PEERS = Path(os.environ.get("RXVOICE_PEERS") or "nowhere")
NICE = 5
"""These programs want to be punctual, but it does not matter here."""

Load = Callable[[str], ModuleType]
Found = dict[str, Any]

needs_benchmarks = pytest.mark.skipif(
    not FOLDER.exists(), reason="the benchmarks are not part of the package"
)


def run(
    *command: str, python: Path | str = sys.executable, timeout: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run a program of the benchmarks' folder, or other arguments of Python."""
    return subprocess.run(
        ["nice", "-n", str(NICE), str(python), *command],
        cwd=FOLDER,
        capture_output=True,
        check=False,
        text=True,
        timeout=timeout,
    )


def output(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a program has printed; it must not have failed."""
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def tabled() -> set[str]:
    """Return the first cells of all tables in the benchmarks' README."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return {cell.strip() for cell in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)}


def finite(values: Iterable[float]) -> bool:
    """Tell whether all are numbers."""
    return all(map(math.isfinite, values))


def positive(values: Iterable[float]) -> bool:
    """Tell whether all are numbers above 0."""
    return all(math.isfinite(value) and value > 0.0 for value in values)


def numbers(found: Any) -> list[float]:
    """Return all numbers in a JSON document."""
    if isinstance(found, dict | list):
        inner: list[Any] = list(found.values() if isinstance(found, dict) else found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        return [number for each in inner for number in numbers(each)]
    return [found] if isinstance(found, int | float) else []

"""What a benchmark returns, how it is shown and kept."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("rxvoice", "reactivex", "numpy", "onnxruntime", "soxr")


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table.

    Attributes:
        name: What was measured.
        value: In ``unit``.
        unit: Such as ``"µs"``.
        aim: The value should be below it; ``None`` where there is no aim.
        bare: What the same costs without the library, in the same unit, where that makes sense.
        note: Anything worth knowing.
    """

    name: str
    value: float
    unit: str
    aim: float | None = None
    bare: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the bare cost it is."""
        return self.value / self.bare if self.bare else None

    @property
    def verdict(self) -> str:
        """Whether the aim is met, in a word."""
        if self.aim is None:
            return ""
        return "met" if self.value < self.aim else "MISSED"


def machine() -> dict[str, str]:
    """Return what the numbers depend on."""
    found = {"machine": f"{platform.machine()}, {os.cpu_count()} cores, {_processor()}"}
    found["system"] = f"{platform.system()} {platform.release()}"
    found["python"] = f"{platform.python_implementation()} {platform.python_version()}"
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def table(lines: Sequence[Measured]) -> str:
    """Return the lines as a table for the terminal, which is one in Markdown, too."""
    rows = [("what", "value", "aim", "", "bare", "ratio")]
    for line in lines:
        ratio = line.ratio
        rows.append(
            (
                line.name,
                f"{line.value:.3g} {line.unit}",
                f"< {line.aim:g} {line.unit}" if line.aim is not None else "",
                line.verdict,
                f"{line.bare:.3g} {line.unit}" if line.bare is not None else "",
                f"{ratio:.3g}" if ratio is not None else "",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    shown.insert(1, "| " + " | ".join("-" * max(width, 3) for width in widths) + " |")
    notes = [f"{line.name}: {line.note}" for line in lines if line.note]
    return "\n".join([*shown, "", *notes]).rstrip()


def keep(path: Path, lines: Sequence[Measured]) -> None:
    """Write a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    results = [asdict(line) | {"ratio": line.ratio} for line in lines]
    text = json.dumps({**machine(), "results": results}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or sys.platform


__all__ = ["Measured", "keep", "machine", "table"]

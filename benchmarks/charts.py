"""Draws what `versus` has found last: benchmarks/results.svg.

uv run --with matplotlib python benchmarks/charts.py
"""

# Its package is not there where types are checked.
# pyright: basic, reportMissingImports=false

import argparse
import json
from pathlib import Path

from versus_tables import BY_HAND, OWN, REPLY, SESSIONS, Row, value_of

HERE = Path(__file__).parent
COLOURS = {OWN: "#0072b2"} | dict.fromkeys(BY_HAND, "#999999")
OTHERS = "#e69f00"

CHARTS: tuple[tuple[str, list[Row], str], ...] = (
    ("turn end to first audio, ms", REPLY, "first audio, median"),
    ("processor time of a turn, ms", REPLY, "processor time of a turn, median"),
    ("calls on one core", SESSIONS, "calls that were carried"),
    ("processor time for 1 s of a call, ms", SESSIONS, "processor time for 1 s of a call"),
)


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description="Draw what was measured last.")
    parser.add_argument("--results", type=Path, default=HERE / "results.json", metavar="FILE")
    parser.add_argument("--out", type=Path, default=HERE / "results.svg", metavar="FILE")
    args = parser.parse_args()
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "rxvoice"
    stacks = json.loads(args.results.read_text(encoding="utf-8"))["stacks"]
    figure, axes = plt.subplots(2, 2, figsize=(10, 5.2), constrained_layout=True)
    for axis, (title, rows, name) in zip(axes.flat, CHARTS, strict=True):
        names = list(stacks)[::-1]
        values = [value_of(rows, name, stacks[stack]) for stack in names]
        bars = axis.barh(
            names,
            [value or 0.0 for value in values],
            color=[COLOURS.get(stack, OTHERS) for stack in names],
        )
        labels = ["–" if value is None else f"{value:.3g}" for value in values]
        axis.bar_label(bars, labels, padding=3)
        axis.set_title(title, loc="left", fontsize=11)
        axis.margins(x=0.15)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(args.out, metadata={"Date": None, "Title": "rxvoice next to its peers"})


if __name__ == "__main__":
    main()

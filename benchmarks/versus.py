"""rxvoice next to Pipecat, LiveKit Agents and bare asyncio, on the same work, in one run.

    python benchmarks/versus.py                  # sets up the environments, 40 minutes
    python benchmarks/versus.py --quick          # whether it works, 2 minutes
    python benchmarks/charts.py                  # the charts of what was found last

The results are kept in benchmarks/results.json, and told in benchmarks/RESULTS.md.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from measured import machine
from versus_bench import CONTENDERS, HERE, Bench, Found, say
from versus_told import told

ENVIRONMENTS: Final = HERE.parent / ".benchmarks"
RESULTS: Final = HERE / "results.json"


def run(bench: Bench, names: Sequence[str], *, quick: bool) -> Found:
    """Measure everything, all stacks by turns."""
    results: Found = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "quick": quick,
        "stacks": {each.name: {} for each in CONTENDERS},
    }
    stacks: dict[str, Found] = results["stacks"]
    for each in CONTENDERS:
        say(f"{each.name}: imports")
        stacks[each.name]["about"] = bench.about(each)
    few = 2 if quick else 20
    steps: dict[str, tuple[str, Found, int]] = {
        "stages": ("stages", {"frames": 100, "rounds": 1} if quick else {}, 1),
        "reply": ("reply", {"turns": few}, 1 if quick else 2),
        "interrupt": ("interrupt", {"turns": 1 if quick else 10}, 1 if quick else 2),
        "flood": ("interrupt", {"turns": 1 if quick else 10, "flood": True}, 1 if quick else 2),
        "growth": ("growth", {"turns": 10 if quick else 10_000}, 1),
    }
    for name, (measure, options, rounds) in steps.items():
        if names and name not in names:
            continue
        for number in range(rounds):
            for each in CONTENDERS:
                say(f"{each.name}: {name}, {number + 1} of {rounds}")
                found = bench.measure(each, measure, **options)
                stacks[each.name].setdefault(name, []).append(found)
    if not names or "sessions" in names:
        for each in CONTENDERS:
            stacks[each.name]["sessions"] = bench.sessions(each)
    if not names or "alone" in names:
        say("rxvoice alone")
        results["alone"] = bench.alone()
    return results


def main() -> None:
    """Measure, keep and tell."""
    parser = argparse.ArgumentParser(description="Measure rxvoice next to its peers.")
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument("--only", action="append", default=[], metavar="MEASURE")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--tell", action="store_true", help="only write RESULTS.md anew")
    args = parser.parse_args()
    if not args.tell:
        results = run(Bench(args.environments, quick=args.quick), args.only, quick=args.quick)
        if args.out.exists() and args.only:
            kept = json.loads(args.out.read_text(encoding="utf-8"))
            for name, found in results["stacks"].items():
                kept["stacks"].setdefault(name, {}).update(found)
            results = kept | {name: results[name] for name in results if name != "stacks"}
        args.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    results = json.loads(args.out.read_text(encoding="utf-8"))
    args.out.with_name("RESULTS.md").write_text(told(results), encoding="utf-8")


if __name__ == "__main__":
    main()

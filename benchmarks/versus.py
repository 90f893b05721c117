"""rxvoice next to Pipecat, LiveKit Agents, RxPY and asyncio by hand, on the same work.

    python benchmarks/versus.py                  # sets up the environments, an hour
    python benchmarks/versus.py --quick          # whether it works, 2 minutes
    python benchmarks/versus.py --stacks rxpy,rxvoice --only reply    # a part anew, of these
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
from versus_bench import CONTENDERS, HERE, Bench, Contender, Found, say
from versus_kept import merged
from versus_tables import OWN
from versus_told import told

ENVIRONMENTS: Final = HERE.parent / ".benchmarks"
RESULTS: Final = HERE / "results.json"
PARTS: Final = (
    "about",
    "stages",
    "reply",
    "interrupt",
    "flood",
    "growth",
    "sessions",
    "alone",
)


def run(
    bench: Bench,
    names: Sequence[str] = (),
    *,
    quick: bool,
    contenders: Sequence[Contender] = CONTENDERS,
) -> Found:
    """Measure the parts that are named, or all, all stacks by turns."""
    results: Found = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "quick": quick,
        "stacks": {each.name: {} for each in contenders},
    }
    stacks: dict[str, Found] = results["stacks"]
    for each in contenders:
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
            for each in contenders:
                say(f"{each.name}: {name}, {number + 1} of {rounds}")
                found = bench.measure(each, measure, **options)
                stacks[each.name].setdefault(name, []).append(found)
    if not names or "sessions" in names:
        for each in contenders:
            stacks[each.name]["sessions"] = bench.sessions(each)
    if "alone" in names or (not names and OWN in stacks):
        say("rxvoice alone")
        results["alone"] = bench.alone()
    return results


def chosen(words: str) -> list[Contender]:
    """Return the stacks that are named, with commas between them.

    Raises:
        argparse.ArgumentTypeError: When there is none of such a name.
    """
    names = words.split(",")
    known = list(dict.fromkeys(each.stack for each in CONTENDERS))
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"no stack {unknown[0]!r}, there are {', '.join(known)}")
    return [each for each in CONTENDERS if each.stack in names]


def main() -> None:
    """Measure, keep and tell."""
    parser = argparse.ArgumentParser(description="Measure rxvoice next to its peers.")
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=PARTS,
        help="measure this part, and keep the others; may be given more than once",
    )
    parser.add_argument(
        "--stacks",
        type=chosen,
        metavar="STACKS",
        help="measure these, and keep the others: rxvoice,pipecat,livekit,rxpy,bare",
    )
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--tell", action="store_true", help="only write RESULTS.md anew")
    args = parser.parse_args()
    if not args.tell:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        bench = Bench(args.environments, quick=args.quick)
        contenders = args.stacks or CONTENDERS
        results = run(bench, args.only, quick=args.quick, contenders=contenders)
        if args.out.exists() and (args.only or args.stacks):
            kept = json.loads(args.out.read_text(encoding="utf-8"))
            results = merged(kept, results, [each.name for each in CONTENDERS])
        args.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    results = json.loads(args.out.read_text(encoding="utf-8"))
    args.out.with_name("RESULTS.md").write_text(told(results), encoding="utf-8")


if __name__ == "__main__":
    main()

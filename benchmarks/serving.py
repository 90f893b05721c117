"""How many calls one core carries in real time, by rxvoice's server and by Pipecat's.

    python benchmarks/serving.py --pipecat PYTHON

Each server runs the same conversation with scripted providers for every client that comes by a
websocket. The clients, in another process on another core, send 50 packets of 20 ms a second and
note how late those of the answers are. The number of clients grows until one packet in a hundred
is more than 20 ms late, or an answer is missing.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from measured import machine
from serving_load import Found
from serving_script import EXPECTED, PAUSE, SPEECH
from serving_search import Bench, Kind, at_limit, told


def rows(found: Found) -> list[tuple[str, float]]:
    """Return what is shown of the greatest load that was carried."""
    return [
        ("sessions on one core", found.sessions),
        ("packets late, p99, ms", found.late[2]),
        ("packets late at most, ms", found.late[3]),
        (f"first sound, {1e3 * EXPECTED:.0f} ms of it scripted, p99, ms", found.first[2]),
        ("processor time for 1 s of a session, ms", 1e3 * found.cpu),
        ("memory of one more session, MB", found.memory / 1e6),
    ]


def table(limits: Mapping[str, Found]) -> str:
    """Return the greatest loads that were carried, side by side, as a table in Markdown."""
    columns = [rows(found) for found in limits.values()]
    lines = [["what", *limits], ["---"] * (1 + len(limits))]
    for each in zip(*columns, strict=True):
        lines.append([each[0][0], *(f"{value:.3g}" for _, value in each)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pipecat", metavar="PYTHON", help="of an environment with Pipecat")
    parser.add_argument("--quick", action="store_true", help="one turn of each call, one try")
    parser.add_argument("--sessions", type=int, metavar="N", help="no search: this load alone")
    parser.add_argument(
        "--ahead", action="store_true", help="run before everything else on the machine; needs root"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep all that was found")
    args = parser.parse_args()
    kinds = [Kind("rxvoice", sys.executable, "serving_rxvoice.py", 50)]
    if args.pipecat:
        kinds.append(Kind("Pipecat", args.pipecat, "serving_pipecat.py", 10))
    turns, tries = (1, 1) if args.quick else (2, 2)
    began, found = time.monotonic(), dict[str, list[Found]]()
    bench = Bench(turns * (SPEECH + PAUSE), tries, say, ahead=args.ahead)
    for kind in kinds:
        if args.sessions:
            found[kind.name] = [bench.load(kind, args.sessions)]
            say(f"{kind.name}: {told(found[kind.name][0])}")
        else:
            found[kind.name] = bench.limit(kind)
    limits = {name: best for name, all_ in found.items() if (best := at_limit(all_)) is not None}
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print(f"\n{table(limits)}\n")
    if not args.sessions and {"rxvoice", "Pipecat"} <= limits.keys():
        times = limits["rxvoice"].sessions / limits["Pipecat"].sessions
        print(f"rxvoice carries {times:.1f} times as many sessions; the aim is 8.")
    say(f"in {time.monotonic() - began:.0f} s")
    if args.json is not None:
        kept = {name: [asdict(one) for one in all_] for name, all_ in found.items()}
        args.json.write_text(json.dumps({**machine(), **kept}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

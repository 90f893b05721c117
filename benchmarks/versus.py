"""rxvoice next to Pipecat, LiveKit Agents and bare asyncio, on the same work, in one run.

    python benchmarks/versus.py                  # sets up the environments, 40 minutes
    python benchmarks/versus.py --quick          # whether it works, 2 minutes
    python benchmarks/charts.py                  # the charts of what was found last

The results are kept in benchmarks/results.json, and told in benchmarks/RESULTS.md.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from measured import machine
from versus_told import told

HERE: Final = Path(__file__).parent
ENVIRONMENTS: Final = HERE.parent / ".benchmarks"
RESULTS: Final = HERE / "results.json"

Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contender:
    """A stack that is measured.

    Attributes:
        name: Its name.
        stack: The module of it, without ``versus_``.
        needs: What is installed into its environment.
        lean: Whether it leaves away what it can do without.
        first: With how many sessions the search begins.
    """

    name: str
    stack: str
    needs: tuple[str, ...]
    lean: bool = False
    first: int = 16


CONTENDERS: Final = (
    Contender("rxvoice", "rxvoice", (str(HERE.parent),), first=128),
    Contender("Pipecat", "pipecat", ("pipecat-ai",)),
    Contender("Pipecat, lean", "pipecat", ("pipecat-ai",), lean=True),
    Contender("LiveKit Agents", "livekit", ("livekit-agents",), first=32),
    Contender("asyncio by hand", "bare", ("numpy",), first=256),
)

IMPORT: Final = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from versus_common import resident
before = resident()
began = time.perf_counter()
for name in sys.argv[2:]:
    __import__(name)
taken = time.perf_counter() - began
print(json.dumps([taken, (resident() - before) / 1e6]))
"""

PACKAGES: Final = """
import json
from importlib.metadata import distributions
print(json.dumps({each.name: each.version for each in distributions()}))
"""

LATE: Final = 20.0
"""Milliseconds that 99 of 100 packets, and wake-ups of the loop, may be late at most."""


class Bench:
    """Runs the measures.

    Args:
        environments: Folder of the environments.
        quick: Whether it is enough to see that everything works.
    """

    def __init__(self, environments: Path, *, quick: bool) -> None:
        self._environments = environments
        self._quick = quick

    def prepare(self, contender: Contender) -> Path:
        """Make the environment of a stack, unless it is there; return its Python."""
        folder = self._environments / contender.stack
        python = folder / "bin" / "python"
        if not python.exists():
            say(f"installing {contender.stack} …")
            uv = shutil.which("uv") or "uv"
            make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
            subprocess.run(make, check=True)
            install = [uv, "pip", "install", "--quiet", "--python", str(python), *contender.needs]
            subprocess.run(install, check=True)
        return python

    def about(self, contender: Contender) -> Found:
        """Tell what a minimal agent needs: packages, space, time and memory of its imports."""
        python = self.prepare(contender)
        packages: dict[str, str] = json.loads(self._output([str(python), "-c", PACKAGES]))
        stdout = self._output([str(python), "-c", NAMES, str(HERE), f"versus_{contender.stack}"])
        names: list[str] = json.loads(stdout)
        command = [str(python), "-c", IMPORT, str(HERE), *names]
        runs = [json.loads(self._output(command)) for _ in range(2 if self._quick else 7)]
        size = sum(
            path.stat().st_size
            for path in (self._environments / contender.stack).rglob("*")
            if path.is_file() and not path.is_symlink()
        )
        return {
            "packages": packages,
            "count": len(packages),
            "size": size / 1e6,
            "import": min(seconds for seconds, _ in runs),
            "memory": min(memory for _, memory in runs),
        }

    def measure(self, contender: Contender, measure: str, **options: object) -> Found | None:
        """Measure one stack in a process of its own, on one core; None when it failed."""
        command = [str(self.prepare(contender)), str(HERE / "versus_measure.py")]
        command += [contender.stack, measure]
        command += ["--lean"] if contender.lean else []
        for name, value in options.items():
            command += [f"--{name}"] if value is True else [f"--{name}", str(value)]
        try:
            found: Found = json.loads(self._output(command).splitlines()[-1])
        except (subprocess.SubprocessError, json.JSONDecodeError, IndexError) as error:
            say(f"{contender.name}, {measure}: {error}")
            return None
        return found

    def sessions(self, contender: Contender) -> list[Found]:
        """Search how many calls one core carries; return all that was tried."""
        tried: list[Found] = []
        good, bad, count = 0, 0, 2 if self._quick else contender.first
        while not bad or bad > max(1.08 * good, good + 1):
            passed = False
            for _ in range(1 if self._quick else 2):
                found = self.measure(
                    contender, "sessions", sessions=count, cycles=1 if self._quick else 3
                )
                if found is not None:
                    found |= {"sessions": count}
                    tried.append(found)
                    passed = carried(found)
                    say(f"{contender.name}: {count} sessions, {brief(found)}")
                if passed or self._quick:
                    break
            if self._quick or (not passed and count == 1):
                break
            good, bad = (count, bad) if passed else (good, count)
            count = (good + bad) // 2 if bad else 2 * good
        return tried

    def alone(self) -> list[Found]:
        """Measure what has no counterpart in the peers, with the Python that runs this."""
        parts = ("kernels",) if self._quick else ("kernels", "vad", "simulating", "soaking")
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "core.json"
            only = [word for part in parts for word in ("--only", part)]
            command = [sys.executable, str(HERE / "core.py"), *only, "--json", str(kept)]
            self._output(command)
            found: Found = json.loads(kept.read_text(encoding="utf-8"))
        return found["results"]

    def _output(self, command: Sequence[str]) -> str:
        cores = sorted(os.sched_getaffinity(0))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            ["taskset", "--cpu-list", str(cores[-1]), *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            text=True,
            timeout=1_800,
            env=environment,
        )
        return done.stdout


NAMES: Final = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
print(json.dumps(importlib.import_module(sys.argv[2]).MINIMAL))
"""


def carried(found: Mapping[str, Any]) -> bool:
    """Tell whether a load was carried in real time."""
    late = found["late"]
    return (
        late is not None
        and late["p99"] <= LATE
        and found["lag"]["p99"] <= LATE
        and found["answers"] >= 0.9
    )


def brief(found: Mapping[str, Any]) -> str:
    """Describe a load in a line."""
    late = found["late"]["p99"] if found["late"] else float("nan")
    return (
        f"packets {late:.1f} ms late, the loop {found['lag']['p99']:.1f} ms, "
        f"{found['answers']:.2f} answers, {100 * found['load']:.0f} % of the core"
        + (": carried" if carried(found) else ": TOO MUCH")
    )


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


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

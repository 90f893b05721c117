"""Runs programs that measure stacks, each in an environment of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from versus_about import about
from versus_tables import BY_RXPY, OWN, carried

HERE: Final = Path(__file__).parent

UNSET: Final = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
"""Would let a stack find other packages, or compile its own anew in every process."""

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
    Contender(OWN, "rxvoice", (str(HERE.parent),), first=128),
    Contender("Pipecat", "pipecat", ("pipecat-ai",)),
    Contender("Pipecat, lean", "pipecat", ("pipecat-ai",), lean=True),
    Contender("LiveKit Agents", "livekit", ("livekit-agents",), first=32),
    Contender(BY_RXPY, "rxpy", ("reactivex>=6.1,<7", "numpy"), first=256),
    Contender("asyncio by hand", "bare", ("numpy",), first=256),
)


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
            make = [uv(), "venv", "--quiet", "--python", sys.executable, str(folder)]
            subprocess.run(make, check=True)
            self._install(python, *contender.needs)
        return python

    def about(self, contender: Contender) -> Found:
        """Tell what a minimal agent needs: packages, space, time and memory of its imports."""
        python = self.prepare(contender)
        if contender.name == OWN:  # as it is now
            self._install(python, "--reinstall-package", OWN, *contender.needs)
        module = f"versus_{contender.stack}"
        return about(python, module, self._output, rounds=2 if self._quick else 7)

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

    def _install(self, python: Path, *words: str) -> None:
        install = [uv(), "pip", "install", "--quiet", "--python", str(python)]
        subprocess.run([*install, *words], check=True)

    def _output(self, command: Sequence[str]) -> str:
        cores = sorted(os.sched_getaffinity(0))
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
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


def uv() -> str:
    """Return the program that makes environments."""
    return shutil.which("uv") or "uv"


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


__all__ = ["CONTENDERS", "HERE", "Bench", "Contender", "Found", "brief", "say"]

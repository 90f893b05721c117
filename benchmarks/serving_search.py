"""Search how many sessions a server carries: it starts one, and loads it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from serving_load import Found

_HERE: Final = Path(__file__).parent

LATE: Final = 20.0
"""Milliseconds that 99 of 100 packets may be late at most."""

_PRECISION: Final = 1.1
"""The search ends when the limit is known to within this factor."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A server.

    Attributes:
        name: Its name.
        python: What runs it.
        program: Its file.
        first: With how many sessions the search begins.
    """

    name: str
    python: str
    program: str
    first: int


class Bench:
    """Measures one number of sessions after another.

    Args:
        seconds: Of conversation that are measured.
        tries: How often a load is tried before it counts as too much.
        say: Is told what was found.
        ahead: Whether the server and the clients run before everything else on the machine.
    """

    def __init__(
        self, seconds: float, tries: int, say: Callable[[str], None], *, ahead: bool
    ) -> None:
        self._seconds = seconds
        self._tries = tries
        self._say = say
        self._ahead = ahead

    def limit(self, kind: Kind) -> list[Found]:
        """Search the most sessions that a server carries; return all that was found on the way.

        Args:
            kind: The server.
        """
        found: list[Found] = []
        good, bad, count = 0, 0, kind.first
        while not bad or bad > max(good * _PRECISION, good + 1):
            passed = self._passes(kind, count, found)
            good, bad = (count, bad) if passed else (good, count)
            if not good and count == 1:
                break
            count = (good + bad) // 2 if bad else 2 * good
        return found

    def _passes(self, kind: Kind, count: int, found: list[Found]) -> bool:
        for _ in range(self._tries):
            one = self.load(kind, count)
            found.append(one)
            self._say(f"{kind.name}: {told(one)}")
            if carries(one):
                return True
        return False

    def load(self, kind: Kind, count: int) -> Found:
        """Start a server, load it with so many sessions, and end it."""
        cores = sorted(os.sched_getaffinity(0))
        with self._serving(kind, cores[0]) as (pid, port):
            where = [str(port), "--pid", str(pid), "--sessions", str(count)]
            command = [sys.executable, str(_HERE / "serving_load.py"), *where]
            command += ["--seconds", str(self._seconds)]
            patience = 60.0 + count + 3.0 * self._seconds
            done = subprocess.run(
                self._placed(command, cores[-1]), capture_output=True, timeout=patience, check=False
            )
        if done.returncode:
            raise RuntimeError(f"the clients failed: {done.stderr.decode()[-500:]}")
        return Found(**json.loads(done.stdout))

    @contextmanager
    def _serving(self, kind: Kind, core: int) -> Generator[tuple[int, int]]:
        command = self._placed([kind.python, str(_HERE / kind.program)], core)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            assert process.stdout is not None
            port = process.stdout.readline()
            if not port:
                raise RuntimeError(f"the server of {kind.name} did not start")
            yield process.pid, int(port)
        finally:
            process.kill()
            process.wait()

    def _placed(self, command: list[str], core: int) -> list[str]:
        ahead = ["chrt", "--fifo", "1"] if self._ahead else []
        return ["taskset", "--cpu-list", str(core), *ahead, *command]


def carries(found: Found) -> bool:
    """Tell whether a load was carried in real time."""
    return found.late[2] <= LATE and not found.missing and not found.lost


def told(found: Found) -> str:
    """Describe what was found, in a line."""
    late, first = found.late, found.first
    verdict = "carried" if carries(found) else "TOO MUCH"
    if found.behind > LATE / 2:
        verdict += f" (the clients themselves were {found.behind:.0f} ms late)"
    return (
        f"{found.sessions} sessions: late {late[0]:.1f} ms, p99 {late[2]:.1f} ms; first sound "
        f"{first[0]:.0f} ms, p99 {first[2]:.0f} ms; {found.missing} of {found.replies} answers "
        f"missing; {1e3 * found.cpu:.2f} ms of processor time a session and second, "
        f"{100 * found.busy:.0f} % of the core; {found.memory / 1e6:.2f} MB each; "
        f"clients {100 * found.own:.0f} %: {verdict}"
    )


def at_limit(found: Sequence[Found]) -> Found | None:
    """Return the greatest load that was carried."""
    carried = [one for one in found if carries(one)]
    return max(carried, key=lambda one: one.sessions, default=None)

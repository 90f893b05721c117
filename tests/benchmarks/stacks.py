"""The measures of `versus`, with as little to do as may be, and what each has to tell."""

import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

from .programs import Found, finite, numbers, output, positive, run

MEASURES: Final = {
    "stages": "stages --frames 100 --rounds 1",
    "reply": "reply --warm 0 --turns 1",
    "interrupt": "interrupt --turns 1 --rest 40",
    "flood": "interrupt --turns 1 --rest 40 --flood",
    "sessions": "sessions --sessions 2 --cycles 1 --period 1.2",
    "growth": "growth --turns 10",
}

IN_TURN: Final = """
import sys
import versus_measure
stack, *measures = sys.argv[1:]
for measure in measures:
    sys.argv = ["versus_measure.py", stack, *measure.split()]
    versus_measure.main()
"""
"""Takes all measures in one process, for stacks that are long in importing."""

Programs = Mapping[str, CompletedProcess[str]]


def at_once(stack: str) -> Programs:
    """Run the program once for each measure; they wait most of the time.

    They talk in real time, in which a busy machine may leave them too little to answer in: what
    has failed is measured again, twice at the most and with no other one beside it.
    """

    def measure(words: str) -> CompletedProcess[str]:
        return run("versus_measure.py", stack, *words.split())

    with ThreadPoolExecutor(len(MEASURES)) as pool:
        programs = dict(zip(MEASURES, pool.map(measure, MEASURES.values()), strict=True))
    for name, words in MEASURES.items():
        for _ in range(2):
            if not _too_late(programs[name]):
                break
            programs[name] = measure(words)
    return programs


def _too_late(done: CompletedProcess[str]) -> bool:
    """Tell whether an answer, or what should have interrupted one, did not come in time."""
    if done.returncode:
        return False
    (found,) = told(done)
    return bool(found.get("failed")) or found.get("answers") == 0.0


def in_turn(stack: str, python: Path | str = sys.executable) -> CompletedProcess[str]:
    """Take all measures but the flood in one process."""
    words = [each for name, each in MEASURES.items() if name != "flood"]
    return run("-c", IN_TURN, stack, *words, python=python)


def told(done: CompletedProcess[str]) -> list[Found]:
    """Return what was measured."""
    lines = output(done).splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def check_stages(found: Found) -> None:
    """Frames go through 1, 8 and 32 stages."""
    assert list(found) == ["1", "8", "32", "each"]
    assert positive(found[count]["median"] for count in ("1", "8", "32"))
    assert finite([found["each"]])


def check_reply(found: Found) -> None:
    """The turn is answered."""
    assert found["failed"] == 0
    assert found["delay"]["count"] == 1
    assert positive([found["delay"]["median"]])
    assert finite(numbers(found))
    assert found["collection"] >= 0.0


def check_interrupt(found: Found) -> None:
    """The answer is interrupted, and what made it is cancelled."""
    assert found["failed"] == 0
    assert found["stale"]["count"] == found["last"]["count"] == found["voice"]["count"] == 1
    assert finite(numbers(found))
    assert min(numbers(found)) >= 0.0


def check_sessions(found: Found) -> None:
    """All calls are answered, and all is told that decides whether they were carried."""
    assert found["answers"] > 0.0
    assert finite(numbers(found))
    assert found["late"]["p99"] >= found["late"]["median"]
    assert found["lag"]["p99"] >= found["lag"]["median"]
    assert positive(found[name] for name in ("load", "processor", "set_up"))


def check_growth(found: Found) -> None:
    """All turns are answered."""
    assert found["failed"] is None
    (point,) = found["points"]
    assert point["turns"] == 10
    assert positive([point["processor"]])
    assert finite([point["memory"]])


CHECKS: Final = {
    "stages": check_stages,
    "reply": check_reply,
    "interrupt": check_interrupt,
    "flood": check_interrupt,
    "sessions": check_sessions,
    "growth": check_growth,
}

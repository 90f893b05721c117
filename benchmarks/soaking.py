"""An hour of conversation in virtual time, full of interruptions: what it leaves behind.

python benchmarks/soaking.py --hours 1
"""

import argparse
import asyncio
import gc
import sys
import time

from measured import Measured, machine, table
from versus_common import resident
from versus_rxvoice import Rxvoice
from versus_work import SILENCE, SPEECH, TICK, Plan, Watch

from rxvoice.testing import run_virtual

PARTS = 6
"""Times that memory is looked at in an hour."""

PATTERN = ((50, True), (130, False), (40, True), (60, False), (25, True), (195, False))
"""Frames of speech and of silence, 10 s in all; the second speech interrupts an answer of 4 s."""


def soaking(hours: float = 1.0) -> list[Measured]:
    """Measure."""
    return run_virtual(_talk(hours))


async def _talk(hours: float) -> list[Measured]:
    watch, stack = Watch(), Rxvoice()
    line = await stack.open(Plan(words=40, word=0.1, token=0.02), watch)
    script = [loud for frames, loud in PATTERN for _ in range(frames)]
    began = time.process_time()
    memory: list[int] = []
    objects: list[int] = []
    tasks: list[int] = []
    sounds = replies = 0
    parts = max(2, round(PARTS * hours))
    rounds = round(hours * 3_600 / parts / (len(script) * TICK))
    for _ in range(parts):
        for _ in range(rounds):
            for loud in script:
                await asyncio.sleep(TICK)
                line.hear(SPEECH if loud else SILENCE)
            sounds += len(watch.sounds)
            watch.sounds.clear()
            watch.times.clear()
        memory.append(resident())
        objects.append(len(gc.get_objects()))
        tasks.append(len(asyncio.all_tasks()))
    replies = watch.reply + 1
    used = time.process_time() - began
    await line.close()
    await asyncio.sleep(0.1)
    left = len(asyncio.all_tasks()) - 1
    note = (
        f"{hours:g} virtual h, {replies} replies, {sounds} packets; tasks {min(tasks)} to "
        f"{max(tasks)} meanwhile, {left} after it; {used:.0f} s of processor time"
    )
    grown = (memory[-1] - memory[0]) / 1e6
    return [
        Measured("memory more at the end than after the first part", grown, "MB", 2.0, None, note),
        Measured("objects more", objects[-1] - objects[0], "", None, None),
        Measured("processor time for an hour of one call", used / hours, "s"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Talk for long, and see what is left.")
    parser.add_argument("--hours", type=float, default=1.0)
    args = parser.parse_args()
    sys.stderr.write("talking …\n")
    lines = soaking(args.hours)
    print("\n".join(f"{key}: {value}" for key, value in machine().items()))
    print()
    print(table(lines))


if __name__ == "__main__":
    main()

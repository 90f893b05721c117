"""Measures one stack in the environment in which it is run, and prints one JSON object.

python versus_measure.py pipecat reply --lean
"""

import argparse
import asyncio
import gc
import importlib
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from versus_work import SILENCE, SPEECH, TICK, Line, Plan, Stack, Watch

Found = dict[str, Any]

PARTS = 10
"""Groups of calls whose frames come at the same time."""


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of all stays below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: list[float], scale: float = 1.0) -> Found:
    """Tell median, 95th percentile, least and most."""
    return {
        "median": scale * statistics.median(values),
        "p95": scale * percentile(values, 0.95),
        "least": scale * min(values),
        "most": scale * max(values),
        "count": len(values),
    }


class Clock:
    """Ticks, and does not lose time when it was late.

    Args:
        period: Seconds.
    """

    def __init__(self, period: float = TICK) -> None:
        self._period = period
        self._due = time.perf_counter()

    async def tick(self) -> float:
        """Wait for the next one; return by how many seconds it was late."""
        self._due += self._period
        await asyncio.sleep(max(0.0, self._due - time.perf_counter()))
        return time.perf_counter() - self._due


async def say(line: Line, clock: Clock, frames: int, *, loud: bool) -> None:
    """Let the user speak, or be silent, for so many frames."""
    for _ in range(frames):
        await clock.tick()
        line.hear(SPEECH if loud else SILENCE)


class Pauses:
    """Takes the time that collecting garbage takes."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._began = 0.0
        gc.callbacks.append(self._told)

    def _told(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self.longest = max(self.longest, time.perf_counter() - self._began)


async def reply(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Time from the end of a turn to the first audio, and processor time of a turn.

    Each turn is a window of 1.5 s in real time: 0.4 s of speech, then silence, in which the
    answer of 0.4 s is spoken. The model and the voice answer at once.
    """
    watch, pauses = Watch(), Pauses()
    line = await stack.open(plan, watch)
    clock = Clock()
    await say(line, clock, 25, loud=False)
    delays: list[float] = []
    used: list[float] = []
    failed = 0
    for turn in range(-3, args.turns):
        began, before = time.process_time(), len(watch.sounds)
        await say(line, clock, 20, loud=True)
        await say(line, clock, 55, loud=False)
        if turn < 0:
            continue
        used.append(time.process_time() - began)
        heard = watch.sounds[before:]
        if heard and watch.turn_end:
            delays.append(heard[0][0] - watch.turn_end)
        else:
            failed += 1
    await line.close()
    return {
        "delay": spread(delays, 1e3),
        "processor": spread(used, 1e3),
        "failed": failed,
        "collection": 1e3 * pauses.longest,
    }


async def interrupt(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Interrupt answers that are being made, by speech.

    It counts from the window of audio that makes the detector's start: until the last packet of
    the old answer comes to the sink, until the model's and the voice's generators are closed.
    """
    watch = Watch()
    endless = replace(plan, words=800, token=0.0 if args.flood else 0.05, first_token=0.0)
    flood = replace(endless, chunk=0.001, word=62.0) if args.flood else None
    line = await stack.open(flood or replace(endless, pace=0.8, word=0.5), watch)
    clock = Clock()
    await say(line, clock, 25, loud=False)
    last: list[float] = []
    stale: list[int] = []
    model: list[float] = []
    voice: list[float] = []
    failed = 0
    await say(line, clock, 20, loud=True)
    await say(line, clock, 90, loud=False)
    for _ in range(args.turns):
        asked = watch.reply
        before = {what: watch.count(what) for what in ("model closed", "voice closed")}
        spoken = len(watch.sounds)
        starts, cleared = watch.count("started"), watch.count("cleared")
        await say(line, clock, 20, loud=True)
        if watch.count("started") == starts or not spoken:
            failed += 1
        else:
            decided = watch.times["started"][starts]
            if watch.count("cleared") > cleared:  # it plays what it has been given until then
                old = [0.0, watch.times["cleared"][cleared] - decided]
                stale.append(math.ceil(old[1] / TICK))
            else:
                sounds = [each for each in watch.sounds if each[1] == asked and each[0] > decided]
                old = [at - decided for at, _, _ in sounds]
                stale.append(round(sum(seconds for _, _, seconds in sounds) / TICK))
            last.append(max(old, default=0.0))
            for what, delays in (("model closed", model), ("voice closed", voice)):
                times = watch.times.get(what, [])[before[what] :]
                late = [at - decided for at in times if at >= decided - 0.001]
                if late:
                    delays.append(max(0.0, late[0]))
        await say(line, clock, 90, loud=False)
    await line.close()
    found: Found = {"failed": failed, "stale": spread([float(n) for n in stale]) if stale else None}
    for name, values in (("last", last), ("model", model), ("voice", voice)):
        found[name] = spread(values, 1e3) if values else None
    return found


async def sessions(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Hold so many calls in real time, and tell how late their packets are.

    Each user speaks for 1 s and is silent for 3 s, and is answered with 1.6 s. The frames of the
    calls come spread over the 20 ms. The first packet of an answer sets a grid; the others are as
    late as they come behind it. How late the loop itself is, the clock of the users tells.
    """
    plan = replace(plan, words=16, word=0.1)
    first, clock = await stack.open(plan, Watch()), Clock()  # what is imported once for all
    await say(first, clock, 50, loud=True)
    await say(first, clock, 100, loud=False)
    await first.close()
    gc.collect()
    pauses = Pauses()
    watches = [Watch() for _ in range(args.sessions)]
    lines: list[Line] = []
    set_up, memory = time.process_time(), resident()
    for watch in watches:
        lines.append(await stack.open(plan, watch))
        await asyncio.sleep(0)
    await asyncio.sleep(0.5)
    set_up = (time.process_time() - set_up) / args.sessions
    memory_idle = (resident() - memory) / args.sessions
    pauses.longest = 0.0
    ticks = round(4.0 / TICK)
    shift = [ticks * number // len(lines) for number in range(len(lines))]
    groups = [list(zip(lines, shift, strict=True))[part::PARTS] for part in range(PARTS)]
    clock = Clock(TICK / PARTS)
    used, began = time.process_time(), time.perf_counter()
    lag: list[float] = []
    for tick in range(ticks * (args.cycles + 1)):
        if tick == ticks:
            used, began = time.process_time(), time.perf_counter()
            pauses.longest = 0.0
        for group in groups:
            lag.append(await clock.tick())
            for line, offset in group:
                line.hear(SPEECH if (tick + offset) % ticks < 50 else SILENCE)
    load = (time.process_time() - used) / (time.perf_counter() - began)
    collection = pauses.longest
    memory_busy = (resident() - memory) / args.sessions
    late: list[float] = []
    answers = 0
    for watch in watches:
        by_reply: dict[int, list[tuple[float, float]]] = {}
        for at, number, seconds in watch.sounds:
            by_reply.setdefault(number, []).append((at, seconds))
        answers += len(by_reply)
        for packets in by_reply.values():
            due = packets[0][0]
            for at, seconds in packets:
                late.append(at - due)
                due += seconds
    await asyncio.gather(*(line.close() for line in lines), return_exceptions=True)
    return {
        "late": spread(late, 1e3) | {"p99": 1e3 * percentile(late, 0.99)} if late else None,
        "answers": answers / args.sessions / (args.cycles + 1),
        "lag": spread(lag, 1e3) | {"p99": 1e3 * percentile(lag[PARTS * ticks :], 0.99)},
        "load": load,
        "processor": 1e3 * load / args.sessions,
        "set_up": 1e3 * set_up,
        "memory_idle": memory_idle / 1e6,
        "memory_busy": memory_busy / 1e6,
        "collection": 1e3 * collection,
    }


async def growth(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Take turns that were written, one after another, and see what they cost as they grow many."""
    watch = Watch()
    line = await stack.open(replace(plan, words=1, word=TICK, chunk=TICK), watch)
    await asyncio.sleep(0.5)
    points: list[Found] = []
    marks = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000]
    used, before, turns = time.process_time(), resident(), 0
    for turn in range(1, args.turns + 1):
        spoken = len(watch.sounds)
        line.write(f"This is what I say in turn {turn}.")
        waited = time.perf_counter() + 10.0
        while len(watch.sounds) == spoken and time.perf_counter() < waited:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        if len(watch.sounds) == spoken:
            return {"points": points, "failed": turn}
        watch.sounds.clear()
        watch.times.clear()
        if turn in marks:
            spent = time.process_time() - used
            gc.collect()
            points.append(
                {
                    "turns": turn,
                    "processor": 1e3 * spent / (turn - turns),
                    "memory": (resident() - before) / 1e6,
                }
            )
            used, turns = time.process_time(), turn
    await line.close()
    return {"points": points, "failed": None}


async def stages(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Put frames through stages that do nothing."""
    found: Found = {}
    for count in (1, 8, 32):
        times = [await stack.stages(count, args.frames) for _ in range(args.rounds)]
        found[str(count)] = spread([each / args.frames for each in times], 1e6)
    one, many = found["1"]["median"], found["32"]["median"]
    found["each"] = (many - one) / 31
    return found


def resident() -> int:
    """Return this process's memory in bytes."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


MEASURES: dict[str, Callable[[Stack, Plan, argparse.Namespace], Awaitable[Found]]] = {
    "reply": reply,
    "interrupt": interrupt,
    "sessions": sessions,
    "growth": growth,
    "stages": stages,
}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("stack")
    parser.add_argument("measure", choices=[*MEASURES, "about"])
    parser.add_argument("--lean", action="store_true")
    parser.add_argument("--flood", action="store_true")
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--cycles", type=int, default=3)
    parser.add_argument("--frames", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    module = importlib.import_module(f"versus_{args.stack}")
    stack: Stack = module.STACK
    stack.lean = args.lean
    plan = Plan(lean=args.lean)

    async def run() -> Found:
        await stack.prepare()
        return await MEASURES[args.measure](stack, plan, args)

    found = asyncio.run(run())
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()

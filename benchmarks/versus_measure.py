"""Measures one stack in the environment in which it is run, and prints one JSON object.

python versus_measure.py pipecat reply --lean
"""

import argparse
import asyncio
import gc
import importlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from versus_calls import interrupt, reply
from versus_common import Found, resident, spread
from versus_load import sessions
from versus_work import TICK, Plan, Stack, Watch


async def growth(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Take turns that were written, one after another, and see what they cost as they grow many."""
    watch = Watch()
    line = await stack.open(replace(plan, words=1, word=TICK, chunk=TICK), watch)
    await asyncio.sleep(0.5)
    points: list[Found] = []
    marks = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000]
    used, before, turns = time.process_time(), resident(), 0
    end = time.perf_counter() + args.seconds
    for turn in range(1, args.turns + 1):
        if time.perf_counter() > end:
            break
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
    parser.add_argument("--seconds", type=float, default=420.0, help="growth ends then")
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--warm", type=int, default=3, help="turns that do not count")
    parser.add_argument("--rest", type=int, default=90, help="frames of silence while it speaks")
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--cycles", type=int, default=3)
    parser.add_argument("--period", type=float, default=4.0, help="seconds of a cycle")
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

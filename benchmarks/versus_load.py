"""The measure of many calls at once."""

import argparse
import asyncio
import gc
import time
from dataclasses import replace
from typing import Final

from versus_common import Clock, Found, Pauses, percentile, resident, say, spread
from versus_work import SILENCE, SPEECH, TICK, Line, Plan, Stack, Watch

PARTS: Final = 10
"""Groups of calls whose frames come at the same time."""


async def sessions(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Hold so many calls in real time, and tell how late their packets are.

    Each user speaks for 1 s and is silent for 3 s, and is answered with 1.6 s; with another period
    all of it is as much shorter. The frames of the calls come spread over the 20 ms. The first
    packet of an answer sets a grid; the others are as late as they come behind it. How late the
    loop itself is, the clock of the users tells.
    """
    ticks = round(args.period / TICK)
    speech = ticks // 4
    plan = replace(plan, words=round(4 * args.period), word=0.1)
    first, clock = await stack.open(plan, Watch()), Clock()  # what is imported once for all
    await say(first, clock, speech, loud=True)
    await say(first, clock, 2 * speech, loud=False)
    await first.close()
    gc.collect()
    gc.freeze()  # as a server does, for all stacks alike: see `rxvoice.server.calm_collector`
    gc.set_threshold(10_000, *gc.get_threshold()[1:])
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
                line.hear(SPEECH if (tick + offset) % ticks < speech else SILENCE)
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


__all__ = ["sessions"]

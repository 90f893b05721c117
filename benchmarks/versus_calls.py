"""Measures of one call: the time to an answer, and to the end of one that is interrupted."""

import argparse
import statistics
import time
from dataclasses import replace

from versus_common import Clock, Found, Pauses, say, spread
from versus_work import TICK, Plan, Stack, Watch


async def reply(stack: Stack, plan: Plan, args: argparse.Namespace) -> Found:
    """Time from the end of a turn to the first audio, and processor time of a turn.

    Each turn is a window of 1.5 s in real time: 0.4 s of speech, then silence, in which the
    answer of 0.4 s is spoken. The model and the voice answer at once. Windows in which the user is
    silent, one before every other turn, cost what the frames do, and the clock that makes them;
    the rest is the turn's.
    """
    watch, pauses = Watch(), Pauses()
    line = await stack.open(plan, watch)
    clock = Clock()
    await say(line, clock, 25, loud=False)
    delays: list[float] = []
    used: list[float] = []
    quiet: list[float] = []
    failed = 0
    for turn in range(-args.warm, args.turns):
        if turn >= 0 and turn % 2 == 0:
            began = time.process_time()
            await say(line, clock, 75, loud=False)
            quiet.append(time.process_time() - began)
        began, before = time.process_time(), len(watch.sounds)
        await say(line, clock, 20, loud=True)
        await say(line, clock, 55, loud=False)
        if turn < 0:
            continue
        used.append(time.process_time() - began)
        heard = [*watch.sounds.since(before)]
        if heard and watch.turn_end:
            delays.append(heard[0][0] - watch.turn_end)
        else:
            failed += 1
    await line.close()
    silent = statistics.median(quiet)
    return {
        "delay": spread(delays, 1e3),
        "window": spread(used, 1e3),
        "quiet": spread(quiet, 1e3),
        "turn": spread([each - silent for each in used], 1e3),
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
    await say(line, clock, args.rest, loud=False)
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
                stale.append(int(old[1] / TICK))
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
        await say(line, clock, args.rest, loud=False)
    await line.close()
    found: Found = {"failed": failed, "stale": spread([float(n) for n in stale]) if stale else None}
    for name, values in (("last", last), ("model", model), ("voice", voice)):
        found[name] = spread(values, 1e3) if values else None
    return found


__all__ = ["interrupt", "reply"]

"""What it costs to keep a session on a tape."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
from measured import Measured

from rxvoice import AudioFrame, Session
from rxvoice.aio import from_async
from rxvoice.tape import record

FRAMES = 3000
ROUNDS = 7
AIM = 10.0
RATE = 16_000


def taping() -> list[Measured]:
    """Measure frames of 20 ms that enter a session from a coroutine, and leave it again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.rxv"
        rounds = [[asyncio.run(_cost(taped)) for taped in (None, path)] for _ in range(ROUNDS)]
        size = path.stat().st_size
    loop = min(with_tape[0] - without[0] for without, with_tape in rounds)
    both = min(with_tape[1] - without[1] for without, with_tape in rounds)
    note = f"noise as loud as speech; {size * 50 * 60 / FRAMES / 1e6:.2f} MB a minute of the user"
    return [
        Measured("a frame in and out, on a tape: the loop's thread", loop, "µs", AIM, note=note),
        Measured("the same, with the thread that compresses and writes", both, "µs"),
    ]


async def _cost(path: Path | None) -> tuple[float, float]:
    """Return microseconds a frame: of the loop's thread, and of the process."""
    frames = _frames()

    async def spoken() -> AsyncIterator[AudioFrame]:
        for frame in frames:
            yield frame
            await asyncio.sleep(0)

    async with Session() as session:
        if path is not None:
            record(session, path)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        began = time.thread_time(), time.process_time()
        session.subscribe(
            from_async(spoken), lambda frame: None, on_completed=lambda: done.set_result(None)
        )
        await done
        loop = time.thread_time() - began[0]
    return 1e6 * loop / FRAMES, 1e6 * (time.process_time() - began[1]) / FRAMES


def _frames() -> list[AudioFrame]:
    noise = np.random.default_rng(0).normal(0.0, 1000.0, FRAMES * RATE // 50).astype(np.int16)
    parts = noise.reshape(FRAMES, RATE // 50)
    return [AudioFrame(part, RATE, number / 50) for number, part in enumerate(parts)]


__all__ = ["taping"]

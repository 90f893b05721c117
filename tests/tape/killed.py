"""Record frames in real time until the process is killed; print what was recorded."""

import asyncio
import sys
from collections.abc import AsyncIterator

from rxvoice.aio import from_async
from rxvoice.items import AudioFrame
from rxvoice.session import Session
from rxvoice.tape import record
from rxvoice.testing import tone

FRAME = tone(0.02, 16_000).samples


async def frames() -> AsyncIterator[AudioFrame]:
    """Yield a frame every 20 ms, by deadlines."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(3_000):
        await asyncio.sleep(began + number * 0.02 - loop.time())
        yield AudioFrame(FRAME, 16_000, number * 0.02)


async def main(path: str) -> None:
    """Record."""
    async with Session() as session:
        record(session, path)
        done = asyncio.get_running_loop().create_future()

        def told(frame: AudioFrame) -> None:
            sys.stdout.write(f"{frame.pts:.2f}\n")
            sys.stdout.flush()

        session.subscribe(from_async(frames, name="frames"), told, done.set_exception)
        await done


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

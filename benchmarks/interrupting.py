"""Thousands of replies that are interrupted, against fakes of vendors: what is left of them.

    python benchmarks/interrupting.py --replies 10000

Run as a program it prints a table of its own; nothing that is left is a number near zero.
"""

import argparse
import asyncio
import gc
import os
import random
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from measured import Measured, machine, table
from reactivex.subject import Subject

from rxvoice import AudioFrame, Sentence, Session
from rxvoice.contracts import Synthesizer
from rxvoice.providers.cartesia import cartesia_tts
from rxvoice.providers.deepgram import deepgram_tts, deepgram_tts_http
from rxvoice.providers.elevenlabs import elevenlabs_tts
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import (
    FakeCartesia,
    FakeDeepgram,
    FakeElevenLabs,
    FakeServer,
    ToneVoice,
)

REPLIES = 500
LINES = ("Hello there.", "How are you today?", "Good bye!")
VOICE = ToneVoice(character=0.01, speed=20.0)
SETTLING = 6.0
"""Virtual seconds after which the server has let go of everything."""

Make = Callable[[FakeServer], Synthesizer]

VOICES: dict[str, tuple[Callable[[], FakeServer], Make]] = {
    "Deepgram, websocket: cleared": (
        lambda: FakeDeepgram(voice=VOICE, key="k"),
        lambda server: deepgram_tts(base_url=server.url, api_key="k"),
    ),
    "ElevenLabs, websocket: a context is closed": (
        lambda: FakeElevenLabs(voice=VOICE, key="k"),
        lambda server: elevenlabs_tts("any", base_url=server.url, api_key="k"),
    ),
    "Cartesia, websocket: a context is cancelled": (
        lambda: FakeCartesia(voice=VOICE, key="k"),
        lambda server: cartesia_tts("any", base_url=server.url, api_key="k"),
    ),
    "Deepgram, HTTP: the request is dropped": (
        lambda: FakeDeepgram(voice=VOICE, key="k"),
        lambda server: deepgram_tts_http(base_url=server.url, api_key="k"),
    ),
}


def interrupting(replies: int = REPLIES) -> list[Measured]:
    """Measure."""
    return [line for name in VOICES for line in interrupted(name, replies)]


def interrupted(name: str, replies: int) -> list[Measured]:
    """Interrupt so many replies of one voice, at all stages."""
    make_server, make = VOICES[name]

    async def main() -> list[Measured]:
        async with _served(make_server, make) as (server, tts), Session() as session:
            await _cut(tts, session, replies // 5, server)
            before, began = _resident(), time.perf_counter()
            stale, delays = await _cut(tts, session, replies, server)
            taken = time.perf_counter() - began
            grown = _resident() - before
            await asyncio.sleep(SETTLING)
            tasks = [task.get_name() for task in asyncio.all_tasks()]
            own = [task for task in tasks if ": send" in task or ": forget" in task]
            sockets = server.open_connections
            opened = server.connections
        await asyncio.sleep(0.1)
        left = len(asyncio.all_tasks()) - 1
        note = (
            f"{replies} replies; {len(own)} tasks of replies and {sockets} sockets are open after "
            f"them, {left} tasks after the session; {opened} sockets were opened in all; "
            f"{stale} frames came after an interruption"
        )
        delays.sort()
        return [
            Measured(f"{name}, memory more", grown, "MB", 2.0, None, note),
            Measured("the same, a reply", 1e3 * taken / replies, "ms"),
            Measured(
                "the same, to cut it off, p99", 1e6 * delays[-len(delays) // 100], "µs", 500.0
            ),
        ]

    return run_virtual(main(), real_io=True)


async def _cut(
    tts: Synthesizer, session: Session, replies: int, server: FakeServer
) -> tuple[int, list[float]]:
    """Interrupt replies: before their text, before their first sound, and in its midst."""
    stale, delays, chance = 0, list[float](), random.Random(1)
    for number in range(replies):
        source, ear = Subject[Sentence](), _Ear()
        subscription = tts(source).subscribe(ear.hear, scheduler=session.scheduler)
        if number % 4:
            await asyncio.sleep(0.001 * chance.randrange(3))
            for line in LINES:
                source.on_next(Sentence(line))
        if number % 4 > 1:
            await ear.heard.wait()
            await asyncio.sleep(0.001 * chance.randrange(20))
        began, ear.cut = time.perf_counter(), True
        subscription.dispose()
        delays.append(time.perf_counter() - began)
        await asyncio.sleep(0.002)
        stale += ear.late
        if not number % 50:
            for request in server.requests:  # the fake's own memory
                request.received.clear()
                request.sent.clear()
            del server.requests[: -len(LINES) * 2]
    return stale, delays


class _Ear:
    """Listens to a reply, and counts frames that come after it was cut off."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.cut = False
        self.late = 0

    def hear(self, item: object) -> None:
        if isinstance(item, AudioFrame):
            self.heard.set()
            self.late += self.cut


@asynccontextmanager
async def _served(
    make_server: Callable[[], FakeServer], make: Make
) -> AsyncGenerator[tuple[FakeServer, Synthesizer]]:
    async with make_server() as server:
        yield server, make(server)


def _resident() -> float:
    gc.collect()
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0.0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Interrupt replies and see what is left.")
    parser.add_argument("--replies", type=int, default=10_000, metavar="N")
    args = parser.parse_args()
    lines: list[Measured] = []
    for name in VOICES:
        sys.stderr.write(f"measuring: {name} …\n")
        lines += interrupted(name, args.replies)
    print("\n".join(f"{key}: {value}" for key, value in machine().items()))
    print()
    print(table(lines))


if __name__ == "__main__":
    main()

"""Hostile clients on every endpoint: each is told what is wrong, and others notice nothing.

``RXVOICE_HOSTILE=120000`` sends as many messages, in some minutes; see docs/serving-safely.md.
"""

import asyncio
import gc
import itertools
import json
import logging
import os
import random
import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from rxvoice.rtvi import MessageFrame, RawAudioFrame, Settings
from rxvoice.server import (
    CallSession,
    Limits,
    Options,
    PhoneSecrets,
    Server,
    WhatsAppAccount,
    WhatsAppCalls,
    create_app,
)
from rxvoice.server._webhooks_signatures import twilio_signature
from rxvoice.server._whatsapp_calls import CALLS
from rxvoice.testing import run_virtual, tasks_left

from .agents import READY, connected, loud, quiet, scripted
from .hostile_ends import Answered, Held, ask, hold, is_clear, next_beat
from .hostile_requests import APP_SECRET, NUMBER, TWILIO_TOKEN, request_of
from .hostile_words import Dice, Wire, client_frame, client_text, phone_messages

MANY = int(os.environ.get("RXVOICE_HOSTILE", "20000"))
SEEDS = 4
AT_ONCE = 16

ACCOUNT = WhatsAppAccount(
    token="graph", phone_number_id=NUMBER, verify_token="my word", app_secret=APP_SECRET
)
OPEN = Options(
    idle_timeout=5.0,
    limits=Limits(start_burst=10**6, starts_per_minute=1e9),
    phone=PhoneSecrets(twilio=TWILIO_TOKEN),
    whatsapp=ACCOUNT,
    client=Settings(evaluation=True, urls=True),
)
SHUT = replace(OPEN, tokens=True)
SAYS = "One two three."
SIGNED = twilio_signature(TWILIO_TOKEN, "ws://127.0.0.1/phone", ())
ELSEWHERE = {
    400: ("text/plain; charset=utf-8",),
    404: ("application/octet-stream",),
    417: ("text/plain; charset=utf-8",),
}
"""What the web server itself says of what is no HTTP, and of files that there are not."""

SELF_EVIDENT = (1000, 1001, 1002, 1005, 1007, 1009)
"""Close codes that say all: the web server itself gives no reason with them."""

TOLERATED = ("a call was not taken",)
"""What is logged of an offer that Meta has signed and that nobody can use."""


@dataclass
class Storm:
    """What came of everything.

    Attributes:
        server: That was asked.
        held: Of websockets.
        answered: Of requests.
        turns: Of the well-behaved client.
        sessions: Those of which something is left in memory.
    """

    server: Server
    held: list[Held] = field(default_factory=list[Held])
    answered: list[Answered] = field(default_factory=list[Answered])
    turns: int = 0
    sessions: weakref.WeakSet[CallSession] = field(default_factory=weakref.WeakSet[CallSession])

    @property
    def count(self) -> int:
        """How many requests were answered, and messages read in calls, the good ones left out."""
        told = self.server.metrics.expose().body.decode()
        read = re.findall(r'messages_total{.*direction="in"} (\d+)', told)
        return sum(map(int, read)) + len(self.answered) - 150 * self.turns


async def well_behaved(site: TestServer, path: str, storm: Storm, over: asyncio.Event) -> None:
    """Talk with the bot, turn by turn; each reply comes whole, and in time."""
    clock = asyncio.get_running_loop().time
    async with connected(site, path) as client:
        await client.send(READY)
        await client.told("bot-ready")
        speaking = asyncio.ensure_future(_speak(client))
        try:
            while not over.is_set():
                await client.told("bot-started-speaking")
                sound, times = 0.0, list[float]()
                while True:
                    frame = await client.receive()
                    if isinstance(frame, RawAudioFrame):
                        sound += len(frame.audio) / 2 / frame.sample_rate
                        times.append(clock())
                    elif isinstance(frame, MessageFrame) and "bot-stopped-speaking" in frame.data:
                        break
                late = max(b - a for a, b in itertools.pairwise(times))
                assert sound == pytest.approx(0.75, abs=0.03), "three words of 0.25 s"
                assert late < 0.025, "packets of 20 ms"
                storm.turns += 1
        finally:
            speaking.cancel()


async def _speak(client: Any) -> None:
    while True:
        for sound in (loud(0.3), quiet(2.7)):
            for at in range(0, len(sound.samples), 320):
                await client.send(replace(sound, samples=sound.samples[at : at + 320]))
                await next_beat()


async def started(port: int) -> str:
    """Return the path of the websocket of a call that was started in good form."""
    request = b"POST /start HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    told = json.loads((await ask(port, request)).body)
    return "/" + told["wsUrl"].split("/", 3)[3]


async def attack(port: int, dice: Dice, storm: Storm, *, shut: bool) -> None:
    """Do one hostile thing."""
    head = ["Host: 127.0.0.1"]
    if dice.random() < 0.2:
        for _ in range(20):
            answer = await ask(port, request_of(dice))
            storm.answered.append(answer)
        return
    many = dice.choice([1, 20, 100, 100, 200])
    if dice.random() < 0.02:
        many = 1500  # more than may come at once
    messages: list[Wire]
    path = "/ws"
    match dice.randrange(4):
        case 0:
            path = "/phone"
            if dice.random() < 0.7:
                head.append(f"X-Twilio-Signature: {SIGNED}")
            messages = phone_messages(dice)
        case 1:
            messages = [READY, *(client_text(dice) for _ in range(many))]
        case 2:
            messages = [client_frame(dice) for _ in range(many)]
        case _:
            make: Callable[[Dice], Wire] = dice.choice([client_text, client_frame])
            messages = [make(dice) for _ in range(many)]
    if path == "/ws" and (shut or dice.random() < 0.3):
        path = await started(port)
    storm.held.append(await hold(port, head, messages, dice, path))


async def storm_of(seed: int, count: int, options: Options) -> Storm:
    """Send some thousand messages, and see what is left."""
    sessions: list[CallSession] = []
    server = Server(scripted(SAYS, sessions=sessions), options)
    app = create_app(server)
    app[CALLS] = WhatsAppCalls(ACCOUNT, base_url="http://127.0.0.1:9", timeout=1.0)
    site = TestServer(app)
    async with site:
        port = site.make_url("/").port or 0
        before = len(tasks_left(asyncio.get_running_loop()))
        storm, over, dice = Storm(server), asyncio.Event(), random.Random(seed)
        shut = bool(options.tokens)
        path = await started(port) if shut else "/ws"
        beside = asyncio.ensure_future(well_behaved(site, path, storm, over))

        async def go_on() -> None:
            while storm.count < count and not beside.done():
                await attack(port, dice, storm, shut=shut)

        await asyncio.gather(*(go_on() for _ in range(AT_ONCE)))
        over.set()
        await beside
        await asyncio.sleep(60.0)
        assert not server.sessions
        assert server.room == options.limits.max_sessions
        assert len(tasks_left(asyncio.get_running_loop())) <= before
    assert len(sessions) > count // 100
    storm.sessions.update(sessions)
    sessions.clear()
    return storm


def check(storm: Storm) -> None:
    """Whatever was asked, the answer makes sense."""
    for told in storm.answered:
        assert told.status < 500 or told.status in (501, 503), told
        assert is_clear(told) or told.kind in ELSEWHERE.get(told.status, ()), told
    for held in storm.held:
        assert held.status in (0, 101, 401, 403, 404, 503), held.status
        if held.code and not held.by_us:
            assert held.code in SELF_EVIDENT or held.reason, held
            assert held.code in (*SELF_EVIDENT, 1003, 1008, 1011, 1013), held
        for text in held.texts:
            json.loads(text)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_hostile_messages_harm_nobody_and_are_told_what_is_wrong(
    seed: int, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    options = replace((OPEN, SHUT)[seed % 2], folder=tmp_path)
    storm = run_virtual(storm_of(seed, MANY // SEEDS, options), real_io=True)
    assert storm.count >= MANY // SEEDS
    assert storm.turns > 1
    check(storm)
    failed = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not [one for one in failed if not one.getMessage().startswith(TOLERATED)]
    gc.collect()
    assert not [*storm.sessions]

"""What collectors read while calls come and go."""

import asyncio
import itertools
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families as read

from rxvoice import Event, Operator
from rxvoice.server import CallSession, Limits, Options
from rxvoice.testing import run_virtual

from .agents import READY, connected, message, scripted, served

CALLS = 24
OPTIONS = Options(limits=Limits(starts_per_minute=1e6, start_burst=10**6))

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def scrape(http: aiohttp.ClientSession, site: TestServer) -> Samples:
    text = await (await http.get(site.make_url("/metrics"))).text()
    found: Samples = {}
    for family in read(text):
        for sample in family.samples:
            series = sample.name, tuple(sorted(sample.labels.items()))
            assert series not in found, "each is told once"
            found[series] = sample.value
    return found


async def call(site: TestServer, number: int) -> None:
    """Come, speak, and hang up: before the answer, or while it is spoken."""
    await asyncio.sleep(0.05 * number)
    async with connected(site) as client:
        await client.send(READY)
        await client.send(message("send-text", "2", content="Hello!", options={}))
        if number % 3 == 1:
            await client.told("bot-started-speaking")


def test_a_page_that_is_read_while_calls_end_is_whole_and_no_count_goes_back() -> None:
    numbers = itertools.count()
    talk: Any = scripted("Yes, gladly.")

    def agent(session: CallSession) -> Operator[Event, Event]:
        if next(numbers) % 3 == 0:
            raise OSError("the model is gone")
        return talk(session)

    async def main() -> None:
        async with served(agent, OPTIONS) as (_, site), aiohttp.ClientSession() as http:
            calls = asyncio.gather(*(call(site, number) for number in range(CALLS)))
            known = await scrape(http, site)
            active: set[float] = set()
            while not calls.done():
                found = await scrape(http, site)
                for (name, labels), value in known.items():
                    if name.endswith(("_total", "_count", "_bucket")):
                        assert found[name, labels] >= value
                known = found
                active |= {value for (name, _), value in found.items() if name.endswith("_active")}
                await asyncio.sleep(0.02)
            await calls
            await asyncio.sleep(2.0)
            known = await scrape(http, site)
        way = (("transport", "websocket"),)
        assert known["rxvoice_sessions_started_total", way] == CALLS
        assert known["rxvoice_sessions_failed_total", way] == CALLS / 3
        assert known["rxvoice_session_duration_seconds_count", way] == CALLS
        assert known["rxvoice_sessions_active", way] == 0.0
        assert max(active) > 1.0
        assert not [name for name, _ in known if name == "rxvoice_queue_length"]

    run_virtual(main(), real_io=True)

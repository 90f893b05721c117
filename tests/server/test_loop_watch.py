"""Who blocks the loop of a server, and which calls there are."""

import asyncio
import threading
import time
from typing import Any

import aiohttp
import pytest
import reactivex as rx
from prometheus_client.parser import text_string_to_metric_families as read
from reactivex import operators as ops

from rxvoice import Event, Metric, Operator, Session
from rxvoice.server import CallSession, Options
from rxvoice.server._loop_watch import LoopWatch
from rxvoice.telemetry import watch_loop
from rxvoice.testing import run_virtual

from .agents import READY, connected, message, scripted, served


def watchers() -> int:
    return sum(thread.name == "rxvoice timing" for thread in threading.enumerate())


def test_one_thread_watches_all_calls_for_as_long_as_there_are_any() -> None:
    late: list[float] = []
    blocked: list[str] = []

    async def main() -> None:
        watch = LoopWatch(lambda name, took: blocked.append(name), late.append)
        async with Session() as one, Session() as other:
            with watch.over(one.scheduler):
                with watch.over(other.scheduler):
                    assert watchers() == 1
                    other.scheduler.call_later(0.1, lambda: time.sleep(0.03))
                    await asyncio.sleep(1.1)
                await asyncio.sleep(1.0)
                assert watchers() == 1
                other.scheduler.call_later(0.1, lambda: time.sleep(0.03))
                await asyncio.sleep(0.5)
            await asyncio.sleep(5.0)
            assert watchers() == 0

    run_virtual(main())
    assert len(late) == 10
    assert blocked == [
        f"{__name__}.test_one_thread_watches_all_calls_for_as_long_as_there_are_any.main.<lambda>"
    ]


def test_an_agent_may_watch_its_loop_itself() -> None:
    told: list[Metric] = []

    async def main() -> None:
        watch = LoopWatch(lambda name, took: None, lambda late: None)
        async with Session() as session:
            with watch.over(session.scheduler):
                shared = session.scheduler.timing
                watching = session.subscribe(watch_loop(look=False), told.append)
                assert session.scheduler.timing is not shared
                await asyncio.sleep(1.5)
                watching.dispose()
                assert session.scheduler.timing is shared

    run_virtual(main())
    assert [one.name for one in told] == ["lag"]


async def measured(http: aiohttp.ClientSession, url: Any) -> dict[str, float]:
    text = await (await http.get(url)).text()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in read(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("watched", [True, False])
def test_a_server_names_who_has_kept_its_loop(watched: bool) -> None:
    def agent(session: CallSession) -> Operator[Event, Event]:
        talk: Any = scripted("Yes.")(session)
        return rx.compose(talk, ops.do_action(slow_collector))

    async def main() -> None:
        options = Options(watch_loop=watched)
        async with (
            served(agent, options) as (_, site),
            connected(site) as client,
            aiohttp.ClientSession() as http,
        ):
            await client.send(READY)
            await client.told("bot-ready")
            await client.send(message("send-text", "2", content="Hello!", options={}))
            await client.told("bot-stopped-speaking")
            found = await measured(http, site.make_url("/metrics"))
            name = f"rxvoice_event_loop_blocked_seconds_sum {__name__}.slow_collector"
            assert (found.get(name, 0.0) >= 0.04) == watched
            assert (found["rxvoice_event_loop_lag_seconds_count"] > 0.0) == watched
            assert found["rxvoice_queue_length client: write"] == 0.0
            assert found["rxvoice_queue_dropped_total client: write"] == 0.0

    run_virtual(main(), real_io=True)


def slow_collector(item: object) -> None:
    if type(item).__name__ == "ReplyStarted":
        time.sleep(0.04)


def test_calls_are_told_without_a_key_and_without_ids() -> None:
    async def main() -> None:
        sessions: list[CallSession] = []
        async with (
            served(scripted("Yes.", sessions=sessions), Options(tokens=True)) as (_, site),
            aiohttp.ClientSession() as http,
        ):
            url = site.make_url("/metrics/sessions")
            assert await (await http.get(url)).json() == {"sessions": []}
            started = await (await http.post(site.make_url("/start"))).json()
            path = f"/sessions/{started['sessionId']}/ws?token={started['token']}"
            async with connected(site, path) as client:
                await client.send(READY)
                await client.told("bot-ready")
                await client.send(message("send-text", "2", content="Hello!", options={}))
                await client.told("bot-stopped-speaking")
                text = await (await http.get(url)).text()
                (row,) = (await (await http.get(url)).json())["sessions"]
            assert (row["transport"], row["turns"], row["faults"]) == ("websocket", 1, 0)
            assert row["seconds"] > 0.0
            assert sessions[0].id not in text
            foreign = {"Origin": "https://example.org"}
            assert (await http.get(url, headers=foreign)).status == 403

    run_virtual(main(), real_io=True)

"""Calls by WebRTC whose agent fails, against the whole server, in virtual time."""

import pytest

from rxvoice import Event, Operator, Session
from rxvoice.server import CallSession
from rxvoice.server._offer import PEERS
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import webrtc
from tests.webrtc.loopback import loopback, until

from .agents import scripted, served


def test_tr05_a_connection_whose_agent_fails_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    async def agent(_: CallSession) -> Operator[Event, Event]:
        raise ValueError("no model")

    async def main() -> None:
        async with served(agent) as (server, site), Session(name="client") as session:
            line = webrtc(str(site.make_url("/api/offer")))
            ended: list[object] = []
            session.subscribe(
                line.incoming, on_error=ended.append, on_completed=lambda: ended.append("left")
            )
            assert site.app is not None
            app = site.app
            await until(lambda: "" in app[PEERS] and not len(app[PEERS][""]))
            await until(lambda: ended, patience=40.0)
            assert not server.sessions
            assert server.room == server.options.limits.max_sessions

    with loopback():
        run_virtual(main(), real_io=True)
    assert "a call failed" in caplog.text


def test_what_waits_in_a_call_by_webrtc_is_told_at_metrics() -> None:
    async def main() -> None:
        async with (
            served(scripted("Yes.")) as (server, site),
            Session(name="client") as session,
        ):
            line = webrtc(str(site.make_url("/api/offer")))
            session.subscribe(line.incoming)
            for way in ("read", "write"):
                told = f'rxvoice_queue_length{{queue="webrtc: {way}"}}'
                await until(lambda told=told: told in server.metrics.expose().body.decode())
            assert any(row["transport"] == "webrtc" for row in server.metrics.rows(0.0))

    with loopback():
        run_virtual(main(), real_io=True)

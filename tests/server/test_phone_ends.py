"""Telephone calls are hung up once, however they end."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import aiohttp
import aiohttp.web
import pytest
from aiohttp.test_utils import TestServer

from rxvoice import Event, Operator
from rxvoice.server import CallSession, Options, Server
from rxvoice.telephony import Twilio, TwilioAccount
from rxvoice.testing import run_virtual

from .agents import scripted, served
from .test_phone import Line


class Rest:
    """Twilio's REST interface."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def _hang_up(self, request: aiohttp.web.Request) -> aiohttp.web.Response:
        self.asked.append(request.path)
        return aiohttp.web.json_response({"status": "completed"})

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncGenerator[Options]:
        """Serve it, and give the options of a server whose calls it hangs up."""
        vendor = aiohttp.web.Application()
        vendor.router.add_post("/{tail:.*}", self._hang_up)
        async with TestServer(vendor) as rest:
            account = TwilioAccount(
                account_sid="AC0", auth_token="secret", base_url=str(rest.make_url("/")).rstrip("/")
            )
            yield Options(lines={"twilio": lambda: Twilio(account=account)}, idle_timeout=None)


def test_te10_the_call_is_hung_up_once_when_the_bot_ends_it() -> None:
    rest = Rest()

    async def main() -> None:
        sessions: list[CallSession] = []
        agent = scripted("Yes.", sessions=sessions)
        async with (
            rest.serving() as options,
            served(agent, options) as (_, site),
            aiohttp.ClientSession() as http,
            http.ws_connect(site.make_url("/phone")) as socket,
        ):
            await Line(socket).start()
            await asyncio.sleep(0.1)
            sessions[0].end()
            while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                pass

    run_virtual(main(), real_io=True)
    assert len(rest.asked) == 1
    assert rest.asked[0].endswith("/Calls/CA0.json")


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError])
def test_te10_a_call_whose_agent_fails_or_is_cancelled_is_hung_up_once(
    error: type[BaseException],
) -> None:
    rest = Rest()

    async def main() -> None:
        async def agent(_: CallSession) -> Operator[Event, Event]:
            raise error

        async with (
            rest.serving() as options,
            served(agent, options) as (server, site),
            aiohttp.ClientSession() as http,
            http.ws_connect(site.make_url("/phone")) as socket,
        ):
            await Line(socket).start()
            async with asyncio.timeout(5.0):
                closed = await socket.receive()
            assert closed.data == 1011
            assert not server.sessions

    run_virtual(main(), real_io=True)
    assert len(rest.asked) == 1


def test_te10_a_call_whose_vendor_has_vanished_is_hung_up_although_nobody_says_so() -> None:
    rest = Rest()

    async def main() -> None:
        async with (
            rest.serving() as options,
            served(scripted("Yes."), options) as (server, site),
            aiohttp.ClientSession() as http,
            http.ws_connect(site.make_url("/phone"), autoping=False) as socket,
        ):
            await Line(socket).start()
            await asyncio.sleep(1.0)
            assert server.sessions
            await asyncio.sleep(60.0)  # in which no ping is answered
            assert not server.sessions
            assert len(rest.asked) == 1

    run_virtual(main(), real_io=True)


def test_te09_a_line_that_cannot_hang_up_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC0")
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    server = Server(scripted("Yes."))
    assert server.lines["twilio"] is server.lines["twilio"]
    (told,) = caplog.messages
    assert "calls of twilio are not hung up" in told
    assert "TWILIO_AUTH_TOKEN" in told

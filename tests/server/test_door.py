"""Who is let in, and into which call, by the server as a whole."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from rxvoice.server import CallSession, Limits, Options
from rxvoice.testing import run_virtual

from .agents import READY, Client, scripted, served

PAGE = "https://voice.example.org"


@dataclass
class House:
    """A server that the world reaches, and somebody before its door."""

    http: aiohttp.ClientSession
    url: str
    date: list[float]
    sessions: list[CallSession] = field(default_factory=list[CallSession])

    async def start(self, headers: dict[str, str] | None = None, **body: Any) -> tuple[int, Any]:
        answer = await self.http.post(f"{self.url}/start", json=body, headers=headers)
        return answer.status, await answer.json()

    async def knock(self, path: str, origin: str | None = PAGE, **headers: str) -> int:
        """Return the status of the answer to a websocket's request: 101 when it is let in."""
        given = headers | ({} if origin is None else {"Origin": origin})
        try:
            async with self.http.ws_connect(f"{self.url}{path}", headers=given) as socket:
                client = Client(socket)
                await client.send(READY)
                await client.told("bot-ready")
        except aiohttp.WSServerHandshakeError as error:
            return error.status
        return 101


def visit(act: Callable[[House], Awaitable[None]], **options: Any) -> None:
    """Let somebody visit a server behind the proxy ``voice.example.org``."""
    date = [1_800_000_000.0]
    sessions: list[CallSession] = []

    async def main() -> None:
        chosen = Options(proxy="voice.example.org", **options)
        agent = scripted("Yes.", sessions=sessions)
        http = aiohttp.ClientSession(headers={"Host": "voice.example.org"})
        async with served(agent, chosen, now=lambda: date[0]) as (_, site), http:
            await act(House(http, str(site.make_url("")).rstrip("/"), date, sessions))

    run_virtual(main(), real_io=True)


def test_without_a_token_nobody_is_let_in() -> None:
    async def act(house: House) -> None:
        assert await house.knock("/ws") == 401
        assert await house.knock("/ws", origin=None) == 401
        assert await house.knock("/ws?token=rx1.e30.AAAA") == 401

    visit(act)


def test_a_page_starts_a_call_and_is_let_into_that_one() -> None:
    async def act(house: House) -> None:
        status, told = await house.start({"Origin": PAGE}, name="Ada")
        assert status == 200
        session_id, token = told["sessionId"], told["token"]
        assert told["wsUrl"] == f"wss://voice.example.org/sessions/{session_id}/ws?token={token}"
        assert await house.knock(f"/sessions/{session_id}/ws?token={token}") == 101
        assert house.sessions[0].id == session_id
        assert house.sessions[0].start.body == {"name": "Ada"}

    visit(act)


def test_a_token_is_for_its_call_its_page_and_some_minutes() -> None:
    async def act(house: House) -> None:
        _, one = await house.start({"Origin": PAGE})
        _, two = await house.start({"Origin": PAGE})
        token = one["token"]
        assert await house.knock(f"/sessions/{two['sessionId']}/ws?token={token}") == 403
        assert await house.knock(f"/ws?token={token}", origin="https://evil.example.org") == 403
        house.date[0] += 121.0
        assert await house.knock(f"/ws?token={token}") == 401
        house.date[0] -= 121.0
        assert await house.knock("/ws", Authorization=f"Bearer {token}") == 101
        assert house.sessions[-1].id == one["sessionId"]

    visit(act)


def test_who_is_in_may_go_on_with_a_token_that_has_expired() -> None:
    async def act(house: House) -> None:
        _, told = await house.start({"Origin": PAGE})
        url = f"{house.url}/ws?token={told['token']}"
        async with house.http.ws_connect(url, headers={"Origin": PAGE}) as socket:
            client = Client(socket)
            await client.send(READY)
            await client.told("bot-ready")
            house.date[0] += 600.0
            assert await house.knock(f"/ws?token={told['token']}") == 409  # it has a client

    visit(act)


def test_a_key_protects_the_start_of_calls() -> None:
    async def act(house: House) -> None:
        key = {"Authorization": "Bearer the key of the house"}
        status, told = await house.start({"Origin": PAGE})
        assert (status, told) == (401, {"error": "the key is needed that the server was given"})
        assert (await house.start({"Authorization": "Bearer another"}))[0] == 401
        assert (await house.start({"Authorization": "Bearer \xff\xfe"}))[0] == 401
        status, told = await house.start(key)
        assert status == 200
        assert await house.knock(f"/ws?token={told['token']}", origin=None) == 101

    visit(act, api_key="the key of the house")


def test_foreign_pages_and_foreign_names_are_refused() -> None:
    async def act(house: House) -> None:
        assert (await house.start({"Origin": "https://evil.example.org"}))[0] == 403
        assert (await house.start({"Origin": "https://shop.example.org"}))[0] == 200
        answer = await house.http.get(f"{house.url}/", headers={"Host": "evil.example.org"})
        assert answer.status == 421
        wanted = {"Origin": "https://shop.example.org", "Access-Control-Request-Method": "POST"}
        preflight = await house.http.options(f"{house.url}/start", headers=wanted)
        assert preflight.status == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "https://shop.example.org"

    visit(act, allowed_origins=("https://shop.example.org",))


def test_too_many_starts_from_one_address_are_refused_for_a_while() -> None:
    async def act(house: House) -> None:
        found = [(await house.start({"Origin": PAGE}))[0] for _ in range(4)]
        assert found == [200, 200, 429, 429]

    visit(act, limits=Limits(start_burst=2, starts_per_minute=1.0))


@pytest.mark.parametrize(
    ("flood", "code"), [("messages", 1008), ("bytes", 1008), ("one", 1009), ("nonsense", 1008)]
)
def test_a_flood_ends_its_own_connection_only(flood: str, code: int) -> None:
    async def main() -> None:
        limits = Limits(messages_per_second=50.0, bytes_per_second=400_000.0, max_message=200_000)
        options = Options(limits=limits)
        async with (
            served(scripted("Yes."), options) as (server, site),
            aiohttp.ClientSession() as http,
        ):
            good = await http.ws_connect(site.make_url("/ws"))
            await good.send_str(READY)
            await good.receive()
            bad = await http.ws_connect(site.make_url("/ws"), max_msg_size=0)
            closed: aiohttp.WSMessage | None = None
            text = {"one": "x" * 300_000, "bytes": "x" * 150_000}.get(flood, "nonsense")
            for _ in range(400):
                if bad.closed:
                    break
                try:
                    await bad.send_str(text)
                except ConnectionError:
                    break
            while closed is None or closed.type is aiohttp.WSMsgType.TEXT:
                closed = await bad.receive()
            assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, code)
            assert closed.extra or flood == "one"  # which aiohttp refuses before it is whole
            assert not good.closed
            await good.send_str(READY)
            assert "bot-ready" in await good.receive_str()
            assert len(server.sessions) <= 2
            await good.close()

    run_virtual(main(), real_io=True)

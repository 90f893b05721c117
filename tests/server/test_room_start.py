"""Calls in rooms of LiveKit that the server makes."""

import asyncio
from typing import Any

import aiohttp
import pytest

from rxvoice.server import CallSession, LiveKitRooms, Options, RoomStart, livekit_signer
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Call, FakeServer

from .agents import scripted, served

SECRET = "a secret of thirty-two characters"


class FakeRoomService(FakeServer):
    """LiveKit's room service, without any room to join."""

    def __init__(self) -> None:
        super().__init__()
        self.deleted: asyncio.Event = asyncio.Event()

    async def serve(self, call: Call) -> None:
        method = call.exchange.path.rpartition("/")[2]
        if method == "CreateRoom":
            await call.json({"sid": "RM_1", "name": call.exchange.json["name"]})
        elif method == "DeleteRoom":
            await call.json({})
            self.deleted.set()
        else:
            await call.refuse(404)

    def refusal(self, status: int, text: str | None) -> dict[str, Any]:
        return {"code": "not_found", "msg": text or "nothing"}


def test_ru05_a_room_is_made_for_a_call_and_deleted_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LIVEKIT_API_KEY", "key")
    monkeypatch.setenv("LIVEKIT_API_SECRET", SECRET)

    async def main() -> None:
        sessions: list[CallSession] = []
        async with FakeRoomService() as livekit:
            options = Options(
                rooms=lambda: LiveKitRooms(
                    livekit_signer(api_key="key", api_secret=SECRET), url=livekit.url
                )
            )
            agent = scripted("Yes.", sessions=sessions)
            async with served(agent, options) as (_, site), aiohttp.ClientSession() as http:
                asked = {"transport": "livekit", "roomProperties": {"max_participants": 3}}
                answer = await http.post(site.make_url("/start"), json=asked)
                told = await answer.json()
                assert answer.status == 200, told
                made = livekit.requests[0].json
                assert made["name"] == told["roomName"]
                assert made["max_participants"] == 3
                assert told["participantToken"].count(".") == 2
                async with asyncio.timeout(20.0):  # in real time: it is LiveKit's SDK that joins
                    await livekit.deleted.wait()
            start = sessions[0].start
            assert isinstance(start, RoomStart)
            assert (start.session_id, start.room) == (told["sessionId"], told["roomName"])
            deleted = [one.json for one in livekit.requests if one.path.endswith("DeleteRoom")]
            assert deleted == [{"room": told["roomName"]}]

    asyncio.run(main())  # there is no room that could be joined
    assert "a call failed" in caplog.text
    assert SECRET not in caplog.text


def test_tr04_a_room_for_which_no_token_can_be_made_is_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIVEKIT_API_KEY", "key")
    monkeypatch.setenv("LIVEKIT_API_SECRET", "too short")

    async def main() -> None:
        async with FakeRoomService() as livekit:
            sign = livekit_signer(api_key="key", api_secret=SECRET)
            options = Options(rooms=lambda: LiveKitRooms(sign, url=livekit.url))
            async with (
                served(scripted("Yes."), options) as (server, site),
                aiohttp.ClientSession() as http,
            ):
                answer = await http.post(site.make_url("/start"), json={"transport": "livekit"})
                assert answer.status == 501
                assert "too short" not in await answer.text()
                made = livekit.requests[0].json["name"]
                assert [one.json for one in livekit.requests[1:]] == [{"room": made}]
                assert not server.sessions

    run_virtual(main(), real_io=True)


def test_ru05_a_server_without_livekit_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        monkeypatch.delenv(name, raising=False)

    async def main() -> None:
        async with served(scripted("Yes.")) as (_, site), aiohttp.ClientSession() as http:
            answer = await http.post(site.make_url("/start"), json={"transport": "livekit"})
            assert answer.status == 501
            assert "LIVEKIT_API_KEY" in (await answer.json())["error"]

    run_virtual(main(), real_io=True)

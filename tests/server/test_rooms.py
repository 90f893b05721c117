"""Rooms that the server makes, against servers on loopback that answer as the vendors document."""

import asyncio
import json
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from livekit import api as livekit

from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout
from rxvoice.server._daily import DailyRooms
from rxvoice.server._daily_answers import daily_room_name, sip_of
from rxvoice.server._livekit_rooms import LiveKitRooms, livekit_signer
from rxvoice.server._rooms import ROOM_LIFETIME, Room, with_defaults
from rxvoice.testing import run_virtual
from rxvoice.testing.servers import Call, Delay, Drop, FakeServer, Garble, Hang, Refuse

NOW = 1_800_000_000.75
FOUR_HOURS = 1_800_014_400
SECRET = "a secret of thirty-two characters"


class FakeDaily(FakeServer):
    """Daily's REST interface."""

    async def serve(self, call: Call) -> None:
        asked = call.exchange
        match (asked.method, call.request.raw_path.split("/")[1:]):
            case ("POST", ["v1", "rooms"]):
                config: dict[str, Any] = dict(asked.json["properties"])
                if config.get("sip"):
                    config["sip_uri"] = {"endpoint": "123456780@example.sip.daily.co"}
                name = asked.json["name"]
                url = f"https://example.daily.co/{name}"
                await call.json({"id": "1", "name": name, "url": url, "config": config})
            case ("POST", ["v1", "meeting-tokens"]):
                owner = asked.json["properties"]["is_owner"]
                await call.json({"token": "owner's" if owner else "guest's"})
            case ("POST", ["v1", "dialin", "pinlessCallUpdate"]):
                await call.json({"ok": "true"})
            case ("POST", ["v1", "rooms", _, "dialOut", "start"]):
                await call.json({"sessionId": "2"})
            case ("DELETE", ["v1", "rooms", name]):
                await call.json({"deleted": True, "name": name})
            case _:
                await call.refuse(404)

    def refusal(self, status: int, text: str | None) -> Mapping[str, Any]:
        return {"error": "invalid-request-error", "info": text or "+15551234567 is wrong"}


def daily(
    use: Callable[[DailyRooms], Awaitable[object]], faults: Any = None, **options: Any
) -> FakeDaily:
    async def main() -> FakeDaily:
        async with FakeDaily(faults=faults, key="daily-key") as server:
            base = f"{server.url}/v1/"
            await use(DailyRooms(api_key="daily-key", base_url=base, **options))
        return server

    return run_virtual(main(), real_io=True)


def asked(server: FakeDaily, path: str) -> list[dict[str, Any]]:
    return [each.json for each in server.requests if each.path == path]


def making(site: str, **given: Any) -> Callable[[DailyRooms], Awaitable[Room]]:
    def make(rooms: DailyRooms) -> Awaitable[Room]:
        match site:
            case "browser":
                return rooms.for_browser(NOW, **given)
            case "dial-in":
                return rooms.for_dial_in(NOW, "+15551234567", **given)
            case _:
                return rooms.for_dial_out(NOW, **given)

    return make


each = pytest.mark.parametrize("site", ["browser", "dial-in", "dial-out"])


@each
def test_ru05_rooms_expire_after_four_hours_and_put_everybody_out(site: str) -> None:
    made: list[Room] = []

    async def use(rooms: DailyRooms) -> None:
        made.append(await making(site)(rooms))

    server = daily(use)
    (room,) = asked(server, "/v1/rooms")
    assert room["properties"]["exp"] == FOUR_HOURS
    assert room["properties"]["eject_at_room_exp"] is True
    tokens = asked(server, "/v1/meeting-tokens")
    assert len(tokens) == (2 if site == "browser" else 1)
    for token in tokens:
        assert token["properties"]["exp"] == FOUR_HOURS
        assert token["properties"]["eject_at_token_exp"] is True
        assert token["properties"]["room_name"] == room["name"]
    assert made[0].expires == FOUR_HOURS
    assert made[0].token == "owner's"
    assert made[0].guest_token == ("guest's" if site == "browser" else "")
    assert made[0].url == f"https://example.daily.co/{room['name']}"
    assert "owner's" not in repr(made[0])


@each
def test_ru05_what_users_say_of_a_room_wins_and_is_completed(site: str) -> None:
    mine = {"max_participants": 2, "exp": 1_800_000_600}
    server = daily(making(site, properties=mine, token_properties={"user_name": "Ada"}))
    (room,) = asked(server, "/v1/rooms")
    assert room["properties"]["max_participants"] == 2
    assert room["properties"]["exp"] == 1_800_000_600
    assert room["properties"]["eject_at_room_exp"] is True
    for token in asked(server, "/v1/meeting-tokens"):
        assert token["properties"]["user_name"] == "Ada"
        assert token["properties"]["exp"] == 1_800_000_600, "no longer than the room"
    server = daily(making(site, properties={"eject_at_room_exp": False}))
    assert asked(server, "/v1/rooms")[0]["properties"]["eject_at_room_exp"] is False
    assert asked(server, "/v1/rooms")[0]["properties"]["exp"] == FOUR_HOURS


@each
def test_ru05_a_room_that_is_to_last_lasts_and_its_tokens_do_not(site: str) -> None:
    made: list[Room] = []

    async def use(rooms: DailyRooms) -> None:
        made.append(await making(site, properties={"exp": None})(rooms))

    server = daily(use)
    assert asked(server, "/v1/rooms")[0]["properties"]["exp"] is None
    assert made[0].expires is None
    for token in asked(server, "/v1/meeting-tokens"):
        assert token["properties"]["exp"] == FOUR_HOURS


def test_ru05_a_token_for_a_room_that_is_there_expires_too() -> None:
    async def use(rooms: DailyRooms) -> None:
        name = daily_room_name("https://example.daily.co/lobby")
        assert await rooms.token(NOW, name, owner=True) == "owner's"
        mine = {"exp": 5, "eject_at_token_exp": False, "is_owner": True, "room_name": "other"}
        assert await rooms.token(NOW, name, properties=mine) == "guest's"

    first, second = (token["properties"] for token in asked(daily(use), "/v1/meeting-tokens"))
    assert first == {
        "room_name": "lobby",
        "is_owner": True,
        "exp": FOUR_HOURS,
        "eject_at_token_exp": True,
    }
    assert second == {
        "room_name": "lobby",
        "is_owner": False,
        "exp": 5,
        "eject_at_token_exp": False,
    }


def test_a_room_for_a_telephone_call_has_an_address_to_which_it_is_sent() -> None:
    async def use(rooms: DailyRooms) -> None:
        mine = {"sip": {"num_endpoints": 2}}
        room = await rooms.for_dial_in(NOW, "+15551234567", properties=mine)
        assert room.sip == "sip:123456780@example.sip.daily.co"
        await rooms.forward("call-1", "domain-1", room.sip)

    server = daily(use)
    assert asked(server, "/v1/rooms")[0]["properties"]["sip"] == {
        "display_name": "+15551234567",
        "video": False,
        "sip_mode": "dial-in",
        "num_endpoints": 2,
    }
    assert asked(server, "/v1/dialin/pinlessCallUpdate") == [
        {
            "callId": "call-1",
            "callDomain": "domain-1",
            "sipUri": "sip:123456780@example.sip.daily.co",
        }
    ]
    assert sip_of({"config": {"sip_uri": {"endpoint": "sip:1@x"}}}) == "sip:1@x"


def test_a_room_from_which_a_telephone_is_called_may_do_so() -> None:
    async def use(rooms: DailyRooms) -> None:
        room = await rooms.for_dial_out(NOW)
        await rooms.dial(room.name, {"phoneNumber": "+15551234567"})
        await rooms.dial("../tokens?x", {"sipUri": "sip:a@example.com"})

    server = daily(use, lifetime=600.0)
    (room,) = asked(server, "/v1/rooms")
    assert room["properties"]["enable_dialout"] is True
    assert room["properties"]["exp"] == 1_800_000_600
    dialled = [each for each in server.requests if each.path.endswith("/dialOut/start")]
    assert dialled[0].path == f"/v1/rooms/{room['name']}/dialOut/start"
    assert dialled[0].json == {"phoneNumber": "+15551234567"}
    assert dialled[1].json == {"sipUri": "sip:a@example.com"}, "a name cannot lead elsewhere"


def test_rooms_have_names_that_nobody_guesses() -> None:
    async def use(rooms: DailyRooms) -> None:
        for _ in range(3):
            await rooms.for_dial_out(NOW)

    names = [room["name"] for room in asked(daily(use), "/v1/rooms")]
    assert len(set(names)) == 3
    assert all(20 < len(name) <= 30 for name in names)


def test_a_room_for_which_there_is_no_token_is_not_left_behind() -> None:
    async def use(rooms: DailyRooms) -> None:
        with pytest.raises(ProviderRejected):
            await rooms.for_browser(NOW)

    server = daily(use, faults={"/v1/meeting-tokens": Refuse(500)})
    deleted = [each.path for each in server.requests if each.method == "DELETE"]
    assert deleted == [f"/v1/rooms/{asked(server, '/v1/rooms')[0]['name']}"]


@pytest.mark.parametrize(
    ("fault", "kind", "retryable"),
    [
        (Refuse(400), ProviderRejected, False),
        (Refuse(401), ProviderRejected, False),
        (Refuse(429, retry_after=3.0), ProviderRejected, True),
        (Refuse(503), ProviderRejected, True),
        (Hang(), ProviderTimeout, True),
        (Delay(answer=30.0), ProviderTimeout, True),
        (Drop(), ProviderError, True),
        (Garble(), ProviderError, True),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_goes_wrong_is_told_in_our_words(fault: Any, kind: Any, retryable: bool) -> None:
    async def use(rooms: DailyRooms) -> None:
        with pytest.raises(ProviderError) as caught:
            await rooms.for_dial_out(NOW)
        error = caught.value
        assert type(error) is kind
        assert (error.provider, error.retryable) == ("daily", retryable)
        assert "daily-key" not in str(error)
        assert "+1555" not in str(error), "a refusal may repeat what was asked"
        if isinstance(error, ProviderRejected):
            assert error.code == "invalid-request-error"
            assert error.code in str(error)
        if isinstance(fault, Refuse) and fault.status == 429:
            assert error.retry_after == 3.0

    daily(use, faults=fault)


def test_an_answer_that_lacks_something_is_an_error() -> None:
    answers: list[Any] = [{}, {"name": 5, "url": "u"}, {"name": "n"}, {"name": "", "url": "u"}]

    async def serve(call: Call) -> None:
        await call.json(answers.pop())

    async def main() -> None:
        async with FakeServer(serve) as server:
            rooms = DailyRooms(api_key="k", base_url=server.url)
            while answers:
                with pytest.raises(ProviderError, match="the answer of daily has no"):
                    await rooms.for_dial_out(NOW)

    run_virtual(main(), real_io=True)


def test_an_answer_without_end_is_not_read_to_it() -> None:
    async def serve(call: Call) -> None:
        async with call.stream("bytes", "application/json") as answer:
            for _ in range(100):
                await answer.send(b" " * 65_536)

    async def main() -> None:
        async with FakeServer(serve) as server:
            with pytest.raises(ProviderError, match="cannot be read"):
                await DailyRooms(api_key="k", base_url=server.url).for_dial_out(NOW)

    run_virtual(main(), real_io=True)


def test_options_are_checked_where_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAILY_API_KEY", "DAILY_API_URL", "LIVEKIT_URL", "LIVEKIT_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("LIVEKIT_API_SECRET", raising=False)
    with pytest.raises(ValueError, match="DAILY_API_KEY"):
        DailyRooms()
    for wrong in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="lifetime"):
            DailyRooms(api_key="k", lifetime=wrong)
        with pytest.raises(ValueError, match="timeout"):
            DailyRooms(api_key="k", timeout=wrong)
    with pytest.raises(ValueError, match="https://"):
        DailyRooms(api_key="k", base_url="api.daily.co")
    with pytest.raises(ValueError, match="LIVEKIT_URL"):
        LiveKitRooms(lambda grants, lifetime: "")
    with pytest.raises(ValueError, match="https://"):
        LiveKitRooms(lambda grants, lifetime: "", url="example.com")
    with pytest.raises(ValueError, match=r"LIVEKIT_API_KEY.*LIVEKIT_API_SECRET"):
        livekit_signer()
    for wrong_url in ("https://example.daily.co/", "https://example.daily.co/a/b", ""):
        with pytest.raises(ValueError, match="no address of a room"):
            daily_room_name(wrong_url)


def test_properties_that_are_no_object_are_refused() -> None:
    odd: list[Any] = [[], "exp", 5, True, 0.5]
    for wrong in odd:
        with pytest.raises(TypeError, match="properties must be an object"):
            with_defaults(wrong, {"exp": 1})
    assert with_defaults({}, {"exp": 1}) == {"exp": 1}
    assert with_defaults({"sip": None}, {"sip": {"video": False}}) == {"sip": None}


class FakeRoomService(FakeServer):
    """The room service of a LiveKit server, which believes tokens as LiveKit's own SDK does."""

    async def serve(self, call: Call) -> None:
        verifier = livekit.TokenVerifier("devkey", SECRET)
        claims = verifier.verify(self.keys_of(call.exchange)[0])
        assert claims.video is not None
        assert claims.video.room_create
        assert not claims.video.room_join
        match call.exchange.path:
            case "/twirp/livekit.RoomService/CreateRoom":
                await call.json({**call.exchange.json, "sid": "RM_1"})
            case "/twirp/livekit.RoomService/DeleteRoom" if call.exchange.json["room"] == "there":
                await call.json({})
            case "/twirp/livekit.RoomService/DeleteRoom":
                await call.json({"code": "not_found", "msg": "no such room"}, status=404)
            case _:
                await call.refuse(404)


def test_ru05_livekits_rooms_close_when_they_are_empty_and_after_four_hours() -> None:
    async def main() -> FakeRoomService:
        async with FakeRoomService() as server:
            signer = livekit_signer(api_key="devkey", api_secret=SECRET, now=time.time)
            rooms = LiveKitRooms(signer, url=server.ws_url)
            room = await rooms.make()
            assert room == Room(room.name, server.ws_url)
            assert len(room.name) > 20
            mine = {"departure_timeout": 5, "max_participants": 2}
            assert (await rooms.make(name="mine", properties=mine)).name == "mine"
            began = asyncio.get_running_loop().time()
            assert await rooms.delete_after("there") is True
            assert asyncio.get_running_loop().time() - began == pytest.approx(
                ROOM_LIFETIME, abs=1.0
            )
            assert await rooms.delete("gone") is False
        return server

    requests = run_virtual(main(), real_io=True).requests
    assert {**requests[0].json, "name": ""} == {
        "name": "",
        "empty_timeout": 300,
        "departure_timeout": 20,
    }
    assert requests[1].json == {
        "name": "mine",
        "empty_timeout": 300,
        "departure_timeout": 5,
        "max_participants": 2,
    }


def test_a_livekit_server_that_refuses_says_why_by_its_code() -> None:
    async def serve(call: Call) -> None:
        await call.json({"code": "permission_denied", "msg": "devkey"}, status=403)

    async def main() -> None:
        async with FakeServer(serve) as server:
            rooms = LiveKitRooms(lambda grants, lifetime: "t", url=server.url)
            with pytest.raises(ProviderRejected, match="permission_denied") as caught:
                await rooms.make()
            assert caught.value.fatal
            assert "devkey" not in str(caught.value)
            with pytest.raises(ProviderRejected):
                await rooms.delete("any")

    run_virtual(main(), real_io=True)


def test_hostile_answers_are_errors_of_ours_or_rooms() -> None:
    randomly = random.Random(19)
    odd: list[Any] = [None, True, 0, -1, 1e308, "", "x", "\ud800", [], {}, [[]], "sip:", "é\n"]

    def value(depth: int = 0) -> Any:
        if depth > 2 or randomly.random() < 0.5:
            return randomly.choice(odd)
        names = ["config", "sip_uri", "endpoint", "name", "url", "token", "error", "code"]
        return {name: value(depth + 1) for name in randomly.choices(names, k=3)}

    for _ in range(20_000):
        answer: dict[str, Any] = {"config": value(), "sip": value()}
        found = sip_of(answer)
        assert not found or found.startswith("sip:")
        json.dumps(with_defaults(answer, {"config": {"a": 1}}))

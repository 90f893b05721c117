"""What clients are told when they announce a call."""

from typing import Any

import aiohttp
import pytest
from yarl import URL

from rxvoice.server import Options
from rxvoice.testing import run_virtual

from .agents import READY, connected, scripted, served


def _started(asked: dict[str, Any], *, tokens: bool = False) -> dict[str, Any]:
    """Return the answer, with which a client was let in."""
    answers: list[dict[str, Any]] = []

    async def main() -> None:
        async with served(scripted("Yes."), Options(tokens=tokens)) as (_, site):
            async with (
                aiohttp.ClientSession() as http,
                http.post(site.make_url("/start"), json=asked) as answer,
            ):
                answers.append(await answer.json())
            url = URL(answers[0]["wsUrl"])
            async with connected(site, url.path_qs) as client:
                await client.send(READY)
                await client.told("bot-ready")

    run_virtual(main(), real_io=True)
    return answers[0]


@pytest.mark.parametrize("tokens", [False, True])
def test_ru04_a_client_for_websockets_is_told_its_address_and_nothing_else(tokens: bool) -> None:
    told = _started({"transport": "websocket", "body": {}}, tokens=tokens)
    assert [*told] == ["wsUrl"]
    assert ("token=" in told["wsUrl"]) is tokens


def test_ru04_other_clients_are_told_the_session_and_bring_the_token_to_each_endpoint() -> None:
    assert _started({}).keys() == {"sessionId", "wsUrl"}
    told = _started({"transport": "webrtc"}, tokens=True)
    assert told.keys() == {"sessionId", "wsUrl", "token", "webrtcRequestParams"}
    offer = URL(told["webrtcRequestParams"]["endpoint"])
    assert offer.path == f"/sessions/{told['sessionId']}/api/offer"
    assert offer.query_string == f"token={told['token']}"


@pytest.mark.parametrize("proxy", ["voice.example.org", "https://voice.example.org/"])
def test_ru08_the_name_of_a_proxy_is_cleaned_for_clients_too(proxy: str) -> None:
    async def main() -> None:
        headers = {"Host": "voice.example.org", "Origin": "https://voice.example.org"}
        async with (
            served(scripted("Yes."), Options(proxy=proxy)) as (_, site),
            aiohttp.ClientSession() as http,
            http.post(site.make_url("/start"), headers=headers) as answer,
        ):
            told = await answer.json()
        url = URL(told["wsUrl"])
        offer = URL(told["webrtcRequestParams"]["endpoint"])
        path = f"/sessions/{told['sessionId']}"
        assert (url.scheme, url.host, url.path) == ("wss", "voice.example.org", f"{path}/ws")
        assert (offer.scheme, offer.host) == ("https", "voice.example.org")
        assert offer.path == f"{path}/api/offer"

    run_virtual(main(), real_io=True)

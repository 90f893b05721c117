"""The code of docs/webrtc.md runs."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from rxvoice import Session
from rxvoice.items import Connected
from rxvoice.testing import run_virtual
from rxvoice.transports.webrtc import PeerConnections, webrtc

from .loopback import loopback, until
from .offers import body

PAGE = Path(__file__).parents[2] / "docs/webrtc.md"


def test_the_server_of_the_page_answers_offers_and_says_what_is_wrong_with_others() -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    assert len(code) == 1

    async def main() -> None:
        made: dict[str, Any] = {}
        exec(code[0], made)
        peers: PeerConnections = made["peers"]
        app = web.Application()
        app.router.add_post("/api/offer", made["offer"])
        app.router.add_patch("/api/offer", made["patch"])
        async with TestServer(app) as server, Session(name="client") as session:
            url = str(server.make_url("/api/offer"))
            line = webrtc(url)
            heard: list[object] = []
            session.subscribe(line.incoming, heard.append)
            await until(lambda: Connected() in heard)
            async with ClientSession() as http:
                none: list[object] = []
                wanted: list[tuple[str, Any, int]] = [
                    ("post", body(sdp="v=1"), 400),
                    ("patch", {"pc_id": line.id}, 400),
                    ("patch", {"pc_id": "nobody", "candidates": none}, 404),
                    ("patch", {"pc_id": line.id, "candidates": none}, 200),
                ]
                for method, posted, status in wanted:
                    async with http.request(method, url, json=posted) as response:
                        assert response.status == status
        await peers.aclose()
        await asyncio.sleep(0.1)

    with loopback():
        run_virtual(main(), real_io=True)


@pytest.mark.parametrize("name", ["reserve", "silence", "patience"])
def test_the_page_knows_the_options(name: str) -> None:
    assert f"`{name}" in PAGE.read_text()

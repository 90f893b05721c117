"""Pictures of calls that are served."""

import aiohttp

from rxvoice.server import Options
from rxvoice.testing import run_virtual

from .agents import READY, connected, message, scripted, served


def test_a_call_is_drawn_while_it_goes_on_and_afterwards() -> None:
    async def main() -> None:
        options = Options(pictures=True)
        async with (
            served(scripted("I am the <bot>."), options) as (server, site),
            aiohttp.ClientSession() as http,
            connected(site) as client,
        ):
            await client.send(READY)
            await client.told("bot-ready")
            session_id = next(iter(server.sessions))
            url = site.make_url(f"/sessions/{session_id}/picture.svg")
            await client.send(message("send-text", "2", content="Hello!", options={}))
            await client.told("bot-stopped-speaking")
            drawn = await http.get(url)
            assert drawn.content_type == "image/svg+xml"
            running = await drawn.text()
            for lane in ("caller", "agent"):
                assert lane in running
            assert "&lt;bot&gt;" in running
            assert "<bot>" not in running
            await client.send(message("disconnect-bot", "3"))
            await client.socket.receive()
            after = await http.get(url)
            assert after.status == 200
            nothing = await http.get(site.make_url("/sessions/unknown/picture.svg"))
            assert nothing.status == 404

    run_virtual(main(), real_io=True)


def test_a_picture_is_for_who_has_the_token_and_only_where_it_was_asked_for() -> None:
    async def main() -> None:
        options = Options(pictures=True, tokens=True)
        agent = scripted("Yes.")
        async with served(agent, options) as (_, site), aiohttp.ClientSession() as http:
            started = await (await http.post(site.make_url("/start"))).json()
            path = f"/sessions/{started['sessionId']}/picture.svg"
            assert (await http.get(site.make_url(path))).status == 401
            mine = site.make_url(path).with_query(token=started["token"])
            assert (await http.get(mine)).status == 404  # it has not begun
        async with served(scripted("Yes.")) as (server, site), aiohttp.ClientSession() as http:
            session_id = server.announce({}).session_id
            nothing = await http.get(site.make_url(f"/sessions/{session_id}/picture.svg"))
            assert nothing.status == 404

    run_virtual(main(), real_io=True)

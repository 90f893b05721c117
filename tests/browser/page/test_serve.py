"""The page and the server that ships it, with an agent that needs no models."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from aiohttp.test_utils import TestServer

from rxvoice import Event, Operator
from rxvoice.items import Played, ReplyEnded
from rxvoice.server import CallSession, Options, Server, create_app
from tests.server.agents import scripted
from tests.webrtc.loopback import loopback

from .chromium import Chromium, needs_chromium, start, until

pytestmark = needs_chromium

ANSWER = "One two three four five six seven eight nine ten eleven twelve."


class Watched:
    """A server, and what happens in its calls."""

    def __init__(self, url: str, happened: list[object], played: list[Played]) -> None:
        self.url = url
        self.happened = happened
        self.played = played

    @property
    def heard(self) -> list[ReplyEnded]:
        """What was heard of each reply."""
        return [event for event in self.happened if isinstance(event, ReplyEnded)]


@asynccontextmanager
async def serving(options: Options) -> AsyncGenerator[Watched]:
    """Serve an agent that counts, and watch."""
    played: list[Played] = []
    happened: list[object] = []
    agent = scripted(ANSWER, "Well.", heard=("Count, please.",))

    def made(session: CallSession) -> Operator[Event, Event]:
        session.subscribe(session.played, played.append)
        return cast("Operator[Event, Event]", agent(session))

    server = Server(made, options)
    server.observers.append(lambda _, event: happened.append(event))
    async with TestServer(create_app(server)) as site:
        yield Watched(str(site.make_url("/")), happened, played)


ENTRIES = """[...document.querySelectorAll('.entry:not([hidden]) .words')]
  .map((words) => words.textContent.trim())"""

LISTEN = """() => {
  window.peaks = [];
  const wave = new Float32Array(2048);
  setInterval(() => {
    if (!rxvoice.analyser) return;
    rxvoice.analyser.getFloatTimeDomainData(wave);
    peaks.push([rxvoice.time, Math.max(...wave.slice(-256).map(Math.abs))]);
  }, 5);
}"""


@pytest.mark.parametrize("transport", ["websocket", "webrtc"])
def test_a_conversation_with_an_interruption(chromium: Chromium, transport: str) -> None:
    async def main() -> None:
        async with (
            serving(Options(tokens=True, title="Counting")) as server,
            chromium.page(server.url) as page,
        ):
            assert await page.title() == "Counting"
            await page.locator("#settings > summary").click()
            await page.locator("#transport").select_option(transport)
            await start(page)
            await until(page, "rxvoice.state === 'user'")
            await page.get_by_role("button", name="Mute").click()  # the end of what is said
            await until(page, "document.querySelector('.entry.user') !== null")
            await until(page, f"({ENTRIES})[1]?.split(' ').length >= 3")
            assert await page.evaluate("rxvoice.state") == "bot"
            await page.evaluate(LISTEN)
            await page.locator("#text").fill("Stop.")
            await page.keyboard.press("Enter")
            await until(page, f"({ENTRIES}).length >= 4")
            asked, answer, typed, *_ = await page.evaluate(ENTRIES)
            assert (asked, typed) == ("Count, please.", "Stop.")
            assert ANSWER.startswith(answer)
            assert await page.locator(".cut-off").count() == 1

            cut = server.heard[0]
            assert cut.interrupted
            assert cut.spoken == answer, "the server knows what was heard"
            assert server.played
            marbles = "rxvoice.conversation.marbles"
            at = await page.evaluate(f"{marbles}.cuts[0]")
            following = f"{marbles}.voice.find(({{ start }}) => start > {at})"
            await until(page, following)
            again = await page.evaluate(f"{following}.start")
            peaks = await page.evaluate("peaks")
            assert max(peak for time, peak in peaks if time < at) > 0.05
            late = [peak for time, peak in peaks if at + 0.03 < time < again]
            assert late
            assert max(late) < 0.01, "nothing of the old reply is heard"
            waited = await page.evaluate("rxvoice.conversation.turns.turns[0].waited")
            assert 0.0 < waited < 2.0
            await page.get_by_role("button", name="Hang up").click()
            await until(page, "rxvoice.state === 'ended'")

    with loopback():
        chromium.run(main())

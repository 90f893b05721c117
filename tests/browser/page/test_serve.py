"""The page and the server that ships it, with an agent that needs no models."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestServer

from rxvoice import Event, Operator
from rxvoice.items import Played, ReplyEnded
from rxvoice.operators import converse
from rxvoice.providers.energy import energy
from rxvoice.server import CallSession, Options, Server, create_app
from rxvoice.testing import ScriptedLLM, ScriptedTTS
from tests.server.agents import hears
from tests.webrtc.loopback import loopback

from .chromium import Chromium, heard, listen, needs_chromium, start, until

pytestmark = needs_chromium

LATER = 0.5
"""Seconds until the voice has said something: those after an interruption are silent."""

ANSWER = "One two three four five six seven eight nine ten eleven twelve " * 4 + "and so on."


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

    def made(session: CallSession) -> Operator[Event, Event]:
        session.subscribe(session.played, played.append)
        return converse(
            vad=energy(),
            stt=hears("Count, please."),
            llm=ScriptedLLM(ANSWER, "Well."),
            tts=ScriptedTTS(ttfb=LATER),
            memory="You count.",
            played=session.played,
            commands=session.commands,
        )

    server = Server(made, options)
    server.observers.append(lambda _, event: happened.append(event))
    async with TestServer(create_app(server)) as site:
        yield Watched(str(site.make_url("/")), happened, played)


ENTRIES = """[...document.querySelectorAll('.entry:not([hidden]) .words')]
  .map((words) => words.textContent.trim())"""


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
            await listen(page)
            await until(page, "heard.samples.some((sample) => Math.abs(sample) > 1000)")
            await page.locator("#text").fill("Stop.")
            await page.keyboard.press("Enter")
            await until(page, f"({ENTRIES}).length >= 4")
            asked, answer, typed, *_ = await page.evaluate(ENTRIES)
            assert (asked, typed) == ("Count, please.", "Stop.")
            assert ANSWER.startswith(answer)
            assert await page.locator(".cut-off").count() == 1

            reply = server.heard[0]
            assert reply.interrupted
            assert reply.spoken == answer, "the server knows what was heard"
            assert server.played
            await until(page, f"heard.samples.length > (heard.cuts[0] + {LATER}) * 16000")
            said = await heard(page)
            cut = round(said.cuts[0] * 50)
            loud = said.loud
            assert loud[:cut].any()
            assert not loud[cut + 2 : cut + round(50 * (LATER - 0.2))].any(), "no old reply"
            waited = await page.evaluate("rxvoice.conversation.turns.turns[0].waited")
            assert LATER < waited < 10.0
            await page.get_by_role("button", name="Hang up").click()
            await until(page, "rxvoice.state === 'ended'")

    with loopback():
        chromium.run(main())

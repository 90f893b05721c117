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

from .chromium import Chromium, needs_chromium, start, until

pytestmark = needs_chromium

LATER = 0.5
"""Seconds until the voice has said something: those after an interruption are silent."""

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

LISTEN = """() => {
  window.peaks = [];
  const wave = new Float32Array(2048);
  setInterval(() => {
    if (!rxvoice.analyser) return;
    rxvoice.analyser.getFloatTimeDomainData(wave);
    const peak = Math.max(...wave.slice(-256).map(Math.abs));
    peaks.push([rxvoice.time, rxvoice.analyser.context.currentTime, peak]);
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
            await until(page, f"rxvoice.time > {marbles}.cuts[0] + {LATER}")
            at = await page.evaluate(f"{marbles}.cuts[0]")
            peaks = await page.evaluate("peaks")
            assert max(peak for time, _, peak in peaks if time < at) > 0.05
            cleared = next(audio for time, audio, _ in peaks if time > at)
            after = [peak for _, audio, peak in peaks if 0.03 < audio - cleared < LATER - 0.2]
            assert after
            assert max(after) < 0.01, "nothing of the old reply is heard"
            waited = await page.evaluate("rxvoice.conversation.turns.turns[0].waited")
            assert 0.0 < waited < 2.0
            await page.get_by_role("button", name="Hang up").click()
            await until(page, "rxvoice.state === 'ended'")

    with loopback():
        chromium.run(main())

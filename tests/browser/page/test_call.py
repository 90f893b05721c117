"""A call through the page, in a real browser."""

from itertools import pairwise

import numpy as np
import pytest

from rxvoice.rtvi import (
    BotInterrupted,
    BotStartedSpeaking,
    Metrics,
    UserStartedSpeaking,
    UserStoppedSpeaking,
)

from .chromium import TONE, Chromium, heard, listen, needs_chromium, start, until
from .far_end import FarEnd, frequency

pytestmark = needs_chromium

ALL_PLAYED = "heard.samples.slice(-1600).every((sample) => sample === 0)"


def test_the_server_hears_the_microphone_and_silence_while_it_is_muted(chromium: Chromium) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await start(page)
            await far.until(lambda: len(far.heard) >= 16_000)
            heard = far.heard[4_000:16_000]
            assert abs(frequency(heard, 16_000) - TONE) < 1.0
            assert np.abs(heard).max() > 4000
            await page.get_by_role("button", name="Mute").click()
            await page.get_by_role("button", name="Mute", pressed=True).wait_for(timeout=5000)
            muted = len(far.heard) + 3_200
            await far.until(lambda: len(far.heard) >= muted + 3_200)
            assert not far.heard[muted:].any()

    chromium.run(main())


@pytest.mark.parametrize("rate", [24_000, 16_000])
def test_the_page_plays_what_the_bot_says_and_tells_how_far(chromium: Chromium, rate: int) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await start(page)
            await listen(page)
            await far.say(0.5, frequency=440.0, rate=rate)
            await far.until(lambda: far.position >= 0.499)
            await until(page, ALL_PLAYED)
            played = (await heard(page)).samples
            assert abs(frequency(played, 16_000) - 440.0) < 1.0
            assert np.abs(played).max() == pytest.approx(8000, rel=0.01)
            assert np.count_nonzero(played) == pytest.approx(8000, rel=0.02), "half a second"
            told = [one["seconds"] for one in far.played]
            assert told == sorted(told)
            assert max(after - before for before, after in pairwise(told)) < 0.2
            assert told[-1] == pytest.approx(0.5, abs=1e-6)

    chromium.run(main())


def test_an_interruption_empties_what_the_page_holds_at_once(chromium: Chromium) -> None:
    """What is played later is the new reply, to the sample, and nothing of the old one."""

    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await start(page)
            await listen(page)
            await far.tell(BotStartedSpeaking())
            await far.say(5.0, frequency=440.0)
            await until(page, "rxvoice.playout.played > 0.2")
            await far.interrupt()
            await far.tell(BotInterrupted())
            await until(page, "rxvoice.clears >= 1")
            after, held = await page.evaluate("[rxvoice.playout.played, rxvoice.playout.held]")
            assert held == 0.0
            await far.until(lambda: any("skipped" in told for told in far.played))
            cut = next(told for told in far.played if "skipped" in told)
            assert cut["seconds"] == pytest.approx(after, abs=1e-3)
            assert cut["seconds"] + cut["skipped"] == pytest.approx(5.0, abs=1e-6)
            assert cut["skipped"] > 1.0

            await far.say(0.02, frequency=440.0)
            await far.until(lambda: far.played[-1].get("skipped", 0.0) == pytest.approx(0.02))
            assert await page.evaluate("rxvoice.playout.played") == after
            await far.say(0.3, frequency=880.0)
            await far.until(lambda: far.position >= 5.319)
            await until(page, ALL_PLAYED)
            tones = (await heard(page)).tones(440.0, 880.0)
            assert len(tones) == pytest.approx(50 * (after + 0.3), abs=3)
            assert tones == sorted(tones)
            assert tones.count(880.0) == pytest.approx(15, abs=2)
            assert await page.evaluate("rxvoice.playout.played") == pytest.approx(
                after + 0.3, abs=1e-3
            )

    chromium.run(main())


def test_the_page_measures_how_long_the_user_waits(chromium: Chromium) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await start(page)
            await far.tell(UserStartedSpeaking())
            await until(page, "rxvoice.state === 'user'")
            await far.tell(UserStoppedSpeaking())
            await until(page, "rxvoice.state === 'thinking'")
            stopped = await page.evaluate("rxvoice.conversation.turns.open.at")
            await far.tell(BotStartedSpeaking())
            await far.say(0.2)
            await until(page, "rxvoice.conversation.turns.open === null")
            heard = await page.evaluate("rxvoice.conversation.marbles.voice[0].start")
            waited = await page.evaluate("rxvoice.conversation.turns.turns[0].waited")
            assert waited == pytest.approx(heard - stopped, abs=1e-6)
            assert waited > 0.0
            latency = {"response_latency": [{"processor": "session", "value": 0.75}]}
            await far.tell(Metrics(measured=latency))
            await page.get_by_role("cell", name="750 ms").wait_for(timeout=5000)
            cell = page.get_by_role("cell", name=f"{round(waited * 1000)} ms", exact=True)
            assert await cell.count() == 1

    chromium.run(main())

"""What a notebook draws while a stream runs, in a browser."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import reactivex as rx
from reactivex import operators as ops

from rxvoice.audio import decode_mulaw, encode_mulaw
from rxvoice.items import AudioFrame
from rxvoice.operators import probe
from rxvoice.testing import run_virtual
from rxvoice.viz import live, picture
from tests.viz.notebook import notebook

from .chromium import Chromium, needs_chromium, until
from .test_picture_page import PUT

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = needs_chromium

RATE = 8_000
SAMPLES = np.random.default_rng(2).integers(-9000, 9000, 60 * RATE).astype(np.int16)

KEEP = """() => {
    window.played = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (when, offset) {
        const samples = Array.from(this.buffer.getChannelData(0), (each) => each * 32768);
        window.played.push({ samples, offset, rate: this.buffer.sampleRate, node: this });
        this.playbackRate.value = 1e-4; // it ends when the test says so
        start.call(this, when, offset);
    };
}"""
LAST = "(({ samples, offset, rate }) => ({ samples, offset, rate }))(window.played.at(-1))"
MARK = "document.querySelector('path.mark').getAttribute('d')"


def pages(seconds: float, window: float) -> list[str]:
    """What a notebook is shown of a voice while it runs, every half second, and at its end."""

    async def main() -> list[str]:
        frames = rx.interval(0.02).pipe(
            ops.map(lambda index: AudioFrame(SAMPLES[index * 160 : (index + 1) * 160], RATE))
        )
        with notebook() as shown:
            view = live(frames.pipe(probe("voice")), title="Voice", every=0.5, window=window)
            await asyncio.sleep(seconds)
            view.stop()
            await view.ended()
            return shown.pages

    return run_virtual(main())


async def click(page: "Page", part: float) -> None:
    """Click on the audio of the first lane, somewhere between its left and its right end."""
    box = await page.locator("g.sound").first.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)


def assert_heard(samples: list[float], start: float) -> None:
    """What is played is what was said from an instant on."""
    first = round(start * RATE)
    said = decode_mulaw(encode_mulaw(SAMPLES[first : first + len(samples)]))
    assert np.array_equal(np.round(samples), said)


def test_a_lane_is_heard_while_its_stream_runs(chromium: Chromium, tmp_path: Path) -> None:
    shown = pages(30.2, window=10.0)[1:-1]
    del shown[40:44]  # a notebook need not show what another one replaces at once
    picture([]).save(tmp_path / "empty.html")

    async def main() -> None:
        async with chromium.page((tmp_path / "empty.html").as_uri()) as page:
            await page.evaluate(KEEP)
            for each in shown:
                await page.evaluate(PUT, each)
            await click(page, 0.5)
            await until(page, f"{MARK} !== ''")
            heard = await page.evaluate(LAST)
            assert heard["rate"] == RATE
            assert 9.0 * RATE < len(heard["samples"]) <= 10.5 * RATE
            assert 4.0 < heard["offset"] < 6.0
            assert_heard(heard["samples"], 30.0 - len(heard["samples"]) / RATE)
            kept = "[...Object.values(window.__rxvoice_parts)[0].values()]"
            size = await page.evaluate(f"{kept}.reduce((all, part) => all + part.bytes.length, 0)")
            assert size < 2 * 11 * RATE  # of both lanes, what the picture shows

    chromium.run(main())


def test_what_a_cell_had_shown_before_it_ran_again_is_forgotten(
    chromium: Chromium, tmp_path: Path
) -> None:
    former, later = pages(3.2, window=60.0)[1:-1], pages(3.2, window=60.0)[1:-1]
    picture([]).save(tmp_path / "empty.html")
    kept = "[window.__rxvoice_parts, window.__rxvoice_views].map((all) => Object.keys(all).length)"

    async def main() -> None:
        async with chromium.page((tmp_path / "empty.html").as_uri()) as page:
            await page.clock.install()
            await page.evaluate(PUT, former[-1])
            await page.evaluate(PUT, later[-2])
            assert await page.evaluate(kept) == [2, 2]  # it might come again
            await page.clock.fast_forward(61_000)
            await page.evaluate(PUT, later[-1])
            assert await page.evaluate(kept) == [1, 1]

    chromium.run(main())


def test_it_goes_on_with_what_came_meanwhile(chromium: Chromium, tmp_path: Path) -> None:
    shown = pages(6.45, window=60.0)
    picture([]).save(tmp_path / "empty.html")

    async def main() -> None:
        async with chromium.page((tmp_path / "empty.html").as_uri()) as page:
            await page.evaluate(KEEP)
            for each in shown[1:8]:
                await page.evaluate(PUT, each)
            await click(page, 0.9)
            before = len((await page.evaluate(LAST))["samples"])
            for each in shown[8:-1]:
                await page.evaluate(PUT, each)
            await page.evaluate("window.played[0].node.stop()")  # as it does at its end
            await until(page, "window.played.length === 2")
            after = await page.evaluate(LAST)
            assert round(after["offset"] * RATE) == before
            assert_heard(after["samples"], 0.0)
            await page.evaluate(PUT, shown[-1])
            await page.evaluate("window.played[1].node.stop()")
            await until(page, "window.played.length === 3")
            assert await page.evaluate("Object.keys(window.__rxvoice_parts)") == []
            assert_heard((await page.evaluate(LAST))["samples"], 0.0)

    chromium.run(main())

"""A browser with a microphone that plays a file."""

import asyncio
import shutil
import wave
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from playwright.async_api import Browser, Page, async_playwright

from .far_end import FarEnd

T = TypeVar("T")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not here: it is a package of Debian"
)

TONE = 1000.0
PHONE = {"width": 360, "height": 640}
NARROW = {"width": 320, "height": 568}
DESKTOP = {"width": 1180, "height": 860}


class Chromium:
    """A running browser, and the loop that it is driven from.

    Attributes:
        browser: It.
    """

    def __init__(self, folder: Path) -> None:
        self._microphone = folder / "tone.wav"
        self._runner = asyncio.Runner()
        _write_tone(self._microphone)
        self.browser = self.run(self._launch())

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine, in real time, no longer than 20 s."""

        async def bounded() -> T:
            async with asyncio.timeout(20.0):
                return await what

        return self._runner.run(bounded())

    def close(self) -> None:
        """End it."""

        async def ended() -> None:
            await self.browser.close()
            await self._driver.stop()

        self.run(ended())
        self._runner.close()

    async def _launch(self) -> Browser:
        self._driver = await async_playwright().start()
        return await self._driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={self._microphone}",
                "--autoplay-policy=no-user-gesture-required",
                "--allow-loopback-in-peer-connection",
                "--disable-features=WebRtcHideLocalIpsWithMdns",
            ],
        )

    @asynccontextmanager
    async def page(self, url: str, **options: Any) -> AsyncGenerator[Page]:
        """Open a page; nothing on it may fail, nor ask any other host for anything."""
        options.setdefault("viewport", DESKTOP)
        context = await self.browser.new_context(**options)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((url, "data:")) else wrong.append(asked.url),
        )
        await page.goto(url)
        try:
            yield page
        finally:
            await context.close()
        assert wrong == []


class Scratch:
    """The page, unused, for its modules."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._open = AsyncExitStack()
        self._page = chromium.run(self._opened())

    def evaluate(self, script: str, argument: object = None) -> Any:
        """Return what a function in JavaScript returns."""
        return self._chromium.run(self._page.evaluate(script, argument))

    def close(self) -> None:
        """Close it."""
        self._chromium.run(self._open.aclose())

    async def _opened(self) -> Page:
        far = await self._open.enter_async_context(FarEnd())
        return await self._open.enter_async_context(self._chromium.page(far.url))


async def until(page: Page, claim: str) -> None:
    """Wait until something holds on a page."""
    wait = "await new Promise((go) => setTimeout(go, 10))"
    try:
        async with asyncio.timeout(5.0):
            await page.evaluate(f"async () => {{ while (!({claim})) {wait}; }}")
    except TimeoutError:
        raise AssertionError(f"it never came true: {claim}") from None


async def start(page: Page) -> None:
    """Start a call, with a microphone as it is."""
    await page.locator("#settings > summary").click()
    await page.locator("#processing").uncheck()
    await page.get_by_role("button", name="Start call").click()
    await until(page, "rxvoice.state === 'listening'")


def _write_tone(path: Path) -> None:
    rate = 48_000
    samples = 8000 * np.sin(2 * np.pi * TONE * np.arange(rate) / rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())


__all__ = [
    "DESKTOP",
    "NARROW",
    "PHONE",
    "TONE",
    "Chromium",
    "Scratch",
    "needs_chromium",
    "start",
    "until",
]

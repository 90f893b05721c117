"""A browser with a microphone that plays a file."""

import asyncio
import importlib.util
import shutil
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import write_wav

from .far_end import FarEnd

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page

T = TypeVar("T")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None,
    reason="chromium is not here, or playwright, which drives it",
)

TONE = 1000.0
_RATE = 48_000
PHONE = {"width": 360, "height": 640}
NARROW = {"width": 320, "height": 568}
DESKTOP = {"width": 1180, "height": 860}


class Chromium:
    """A running browser, and the loop that it is driven from.

    Args:
        folder: For the recording.
        microphone: What it hears, as for `recording`; None for no microphone.

    Attributes:
        browser: It.
    """

    def __init__(self, folder: Path, microphone: Sequence[float] | None = (0.0, 1.0)) -> None:
        self._heard = None if microphone is None else recording(folder, *microphone)
        self._runner = asyncio.Runner()
        self.browser = self.run(self._launch())

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine, in real time, no longer than 30 s."""

        async def bounded() -> T:
            async with asyncio.timeout(30.0):
                return await what

        return self._runner.run(bounded())

    def close(self) -> None:
        """End it."""

        async def ended() -> None:
            await self.browser.close()
            await self._driver.stop()

        self.run(ended())
        self._runner.close()

    async def _launch(self) -> "Browser":
        from playwright.async_api import async_playwright

        flags = ["--no-sandbox", "--use-fake-ui-for-media-stream"]
        flags += ["--autoplay-policy=no-user-gesture-required"]
        flags += ["--allow-loopback-in-peer-connection"]
        flags += ["--disable-features=WebRtcHideLocalIpsWithMdns"]
        if self._heard is not None:
            flags += ["--use-fake-device-for-media-stream"]
            flags += [f"--use-file-for-fake-audio-capture={self._heard}"]
        self._driver = await async_playwright().start()
        return await self._driver.chromium.launch(executable_path=CHROMIUM, args=flags)

    @asynccontextmanager
    async def page(
        self, url: str, *, told: Sequence[str] = (), **options: Any
    ) -> AsyncGenerator["Page"]:
        """Open a page; nothing on it may fail, nor ask any other host for anything.

        Args:
            url: Where it is.
            told: What the browser may tell of failures.
            options: Of the window.
        """
        options.setdefault("viewport", DESKTOP)
        context = await self.browser.new_context(**options)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))

        def tell(message: "ConsoleMessage") -> None:
            if message.type == "error" and not any(part in message.text for part in told):
                wrong.append(message.text)

        page.on("console", tell)
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

    async def _opened(self) -> "Page":
        far = await self._open.enter_async_context(FarEnd())
        return await self._open.enter_async_context(self._chromium.page(far.url))


async def until(page: "Page", claim: str) -> None:
    """Wait until something holds on a page."""
    wait = "await new Promise((go) => setTimeout(go, 10))"
    try:
        async with asyncio.timeout(10.0):
            await page.evaluate(f"async () => {{ while (!({claim})) {wait}; }}")
    except TimeoutError:
        raise AssertionError(f"it never came true: {claim}") from None


LISTEN = """() => {
  const { analyser, conversation } = rxvoice;
  const { context } = analyser;
  const processorOptions = { rate: 16000, packet: 320 };
  const ear = new AudioWorkletNode(context, "capture", { processorOptions });
  const began = context.currentTime;
  window.heard = { samples: [], cuts: [] };
  ear.port.onmessage = ({ data }) => window.heard.samples.push(...data.samples);
  analyser.connect(ear).connect(context.destination);
  conversation.marbles.cuts.push = function (...at) {
    window.heard.cuts.push(context.currentTime - began);
    return Array.prototype.push.apply(this, at);
  };
}"""


@dataclass(frozen=True)
class Heard:
    """What a page has played, however late it is looked at.

    Attributes:
        samples: All of it, silence included, at 16 kHz.
        cuts: When the bot was interrupted, in seconds of the samples.
    """

    samples: NDArray[np.int16]
    cuts: list[float]

    @property
    def packets(self) -> NDArray[np.int16]:
        """The samples, 20 ms in a row."""
        return self.samples[: len(self.samples) // 320 * 320].reshape(-1, 320)

    @property
    def loud(self) -> NDArray[np.bool_]:
        """Which packets are loud."""
        return np.abs(self.packets).max(axis=1, initial=0) > 1000

    def tones(self, *frequencies: float) -> list[float]:
        """Return which of the frequencies is the loudest, for each packet that is loud."""
        waves = np.exp(-2j * np.pi * np.outer(np.arange(320), frequencies) / 16_000)
        loudest = np.abs(self.packets[self.loud] @ waves).argmax(axis=1)
        return [frequencies[one] for one in loudest]


async def listen(page: "Page") -> None:
    """Keep all that a page plays from now on, in a call that is open."""
    await page.evaluate(LISTEN)
    await until(page, "heard.samples.length > 0")  # the sound's own thread has begun with it


async def heard(page: "Page") -> Heard:
    """Return what it has played since then."""
    told = await page.evaluate("heard")
    return Heard(np.array(told["samples"], np.int16), told["cuts"])


async def start(page: "Page") -> None:
    """Start a call, with a microphone as it is."""
    settings = page.locator("#settings")
    if await settings.get_attribute("open") is None:
        await settings.locator("summary").click()
    await page.locator("#processing").uncheck()
    await page.get_by_role("button", name="Start call").click()
    await until(page, "rxvoice.conversation?.phase === 'open'")


def recording(folder: Path, *parts: float) -> Path:
    """Write what a microphone hears, over and over: silences and tones by turns, in seconds."""
    lengths = [round(part * _RATE) for part in parts]
    loud = np.repeat(np.arange(len(parts)) % 2, lengths)
    wave = 8000 * np.sin(2 * np.pi * TONE * np.arange(len(loud)) / _RATE)
    path = folder / "microphone.wav"
    write_wav(path, (loud * wave).astype(np.int16), _RATE)
    return path


__all__ = [
    "DESKTOP",
    "NARROW",
    "PHONE",
    "TONE",
    "Chromium",
    "Heard",
    "Scratch",
    "heard",
    "listen",
    "needs_chromium",
    "start",
    "until",
]

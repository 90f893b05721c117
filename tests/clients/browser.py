"""Chromium without a screen, with a recorded microphone and an ear at its loudspeaker."""

import base64
import contextlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rxvoice.audio import write_wav
from rxvoice.items import AudioFrame

from .serving import PATIENCE

PEERS = Path(os.environ.get("RXVOICE_PEERS") or "nowhere")
MODULES = PEERS / "node_modules"
OLD_MODULES = PEERS / "rtvi-1/node_modules"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""

needs_browser = pytest.mark.skipif(
    not CHROMIUM or importlib.util.find_spec("playwright") is None,
    reason="chromium is not here, or playwright, which drives it",
)
needs_client = pytest.mark.skipif(
    not (OLD_MODULES / "@pipecat-ai/client-js").exists(),
    reason="the client is not here: tools/peers.sh installs it, RXVOICE_PEERS tells where",
)

FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)

RATE = 48_000


def recording(folder: Path, *parts: float) -> Path:
    """Write what the microphone hears, once: silences and tones of 1 kHz by turns, in seconds."""
    pieces = [_sound(seconds, loud=bool(index % 2)) for index, seconds in enumerate(parts)]
    path = folder / "microphone.wav"
    write_wav(path, np.concatenate(pieces), RATE)
    return path


def _sound(seconds: float, *, loud: bool) -> NDArray[np.int16]:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.round(np.sin(2 * np.pi * 1000.0 * at) * 16_000 * loud).astype(np.int16)


def bundled(script: str, *, modules: Path = MODULES) -> dict[str, bytes]:
    """Return the files of a page, by their paths: a script with the packages that it imports.

    Args:
        script: Its name, beside this file.
        modules: Where the packages are.
    """
    made = subprocess.run(
        [
            MODULES / ".bin/esbuild",
            Path(__file__).with_name(script),
            "--bundle",
            "--log-level=warning",
        ],
        env={**os.environ, "NODE_PATH": str(modules)},
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    page = b'<!doctype html><title>client</title><script src="/page.js"></script>'
    return {"/": page, "/page.js": made.stdout}


@contextlib.contextmanager
def chromium(microphone: Path) -> Generator[Any]:
    """Open a browser that hears a recording, once for each page."""
    from playwright.sync_api import sync_playwright

    heard = f"--use-file-for-fake-audio-capture={microphone}%noloop"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, heard])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A page with a client.

    Attributes:
        page: As the driver knows it.
    """

    page: Any

    def do(self, script: str, argument: Any = None) -> Any:
        """Run JavaScript, an expression or a function of an argument, and await what it gives."""
        bounded = f"""(argument) => {{
            const made = ({script});
            const value = typeof made === "function" ? made(argument) : made;
            const late = (_, fail) => setTimeout(() => fail(new Error("too long")), {PATIENCE}e3);
            return Promise.race([value, new Promise(late)]);
        }}"""
        return self.page.evaluate(bounded, argument)

    def wait(self, name: str, count: int = 1, seconds: float = 10.0) -> None:
        """Wait until an event of the client came so many times."""
        came = self.do(
            "([name, count, seconds]) => until(name, count, seconds)", [name, count, seconds]
        )
        assert came, f"{name} did not come {count} times: {self.names()}"

    def log(self) -> list[dict[str, Any]]:
        """Return the client's events: ``name``, ``data``, ``at`` and ``heard``, in seconds."""
        return self.do("told()")

    def names(self) -> list[str]:
        """Return the names of the client's events."""
        return [event["name"] for event in self.log()]

    def of(self, name: str) -> list[Any]:
        """Return what the events of a name said."""
        return of(self.log(), name)

    def played(self) -> AudioFrame:
        """Return what the loudspeaker has played."""
        heard = self.do("heard()")
        samples = np.frombuffer(base64.b64decode(heard["samples"]), np.int16)
        return AudioFrame(samples, round(heard["rate"]), 0.0)


def of(log: list[dict[str, Any]], name: str) -> list[Any]:
    """Return what the events of a name say."""
    return [event["data"] for event in log if event["name"] == name]


@contextlib.contextmanager
def tab(browser: Any, url: str) -> Generator[Tab]:
    """Open a page; nothing that fails on it may go unheard."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    failures: list[object] = []

    def note(failure: object) -> None:
        failures.append(failure)

    page.on("pageerror", note)
    try:
        page.goto(url)
        yield Tab(page)
        assert not failures
    finally:
        context.close()

"""Take the picture of the server's page for its documentation.

The recorded caller that rxvoice ships talks, as Chromium's microphone, to the agent that
``rxvoice serve`` serves when it is given none. Needs the models of that agent, Debian's Chromium,
playwright and pillow.

Run from the repository's root: ``python tools/page_picture.py``
"""

import asyncio
import io
import shutil
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

PICTURE = Path("docs/page.png")
LONGEST = 90.0
LARGEST = 150_000
WAIT = """async (turns) => {
  const enough = () => rxvoice.conversation.turns.turns.length >= turns && rxvoice.state === "bot";
  while (!enough()) await new Promise((go) => setTimeout(go, 100));
}"""


async def take(url: str, microphone: Path, turns: int) -> bytes:
    """Hold a call, and return a picture of it as soon as it has had enough turns."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}%noloop",
            ],
        )
        page = await browser.new_page(viewport={"width": 1180, "height": 1000})
        await page.goto(url)
        await page.get_by_role("button", name="Start call").click()
        async with asyncio.timeout(LONGEST):
            await page.evaluate(WAIT, turns)
        await asyncio.sleep(1.5)
        await page.locator("#narrower").click()
        await page.mouse.move(5, 500)
        await asyncio.sleep(0.3)
        picture = await page.screenshot()
        await browser.close()
        return picture


def small(picture: bytes) -> bytes:
    """Return a picture in a palette of its own."""
    out = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(128, dither=Image.Dither.NONE).save(out, "png", optimize=True)
    return out.getvalue()


def main() -> None:
    """Serve, call, and keep the picture."""
    command = [sys.executable, "-u", "-m", "rxvoice", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = next(line for line in server.stderr if line.startswith("serving "))
        try:
            with as_file(files("rxvoice") / "data" / "caller.wav") as recording:
                picture = small(asyncio.run(take(line.split()[1], recording, 4)))
        finally:
            server.terminate()
    if len(picture) > LARGEST:
        raise SystemExit(f"the picture has {len(picture)} bytes, more than {LARGEST}")
    PICTURE.write_bytes(picture)
    print(f"{PICTURE}: {len(picture)} bytes")


if __name__ == "__main__":
    main()

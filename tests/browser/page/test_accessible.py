"""The page for everybody: by axe-core, by keyboard, on small screens, with little motion."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .chat import converse
from .chromium import DESKTOP, NARROW, PHONE, Chromium, needs_chromium, start, until
from .far_end import FarEnd

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = needs_chromium

AXE = Path(os.environ.get("RXVOICE_PEERS", "")) / "node_modules/axe-core/axe.min.js"
needs_axe = pytest.mark.skipif(
    not os.environ.get("RXVOICE_PEERS") or not AXE.exists(),
    reason="axe-core is not here: tools/peers.sh installs it, RXVOICE_PEERS tells where",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """async (tags) => {
  const { violations } = await axe.run({ runOnly: { type: "tag", values: tags } });
  return violations.map(({ id, nodes }) => [id, ...nodes.map(({ target }) => target.join())]);
}"""


@needs_axe
@pytest.mark.parametrize(
    "look",
    [
        {"color_scheme": "light", "viewport": DESKTOP},
        {"color_scheme": "dark", "viewport": DESKTOP},
        {"color_scheme": "light", "viewport": PHONE, "reduced_motion": "reduce"},
        {"color_scheme": "dark", "viewport": NARROW},
    ],
    ids=["light", "dark", "phone", "narrow"],
)
def test_axe_finds_nothing_before_during_and_after_a_call(
    chromium: Chromium, look: dict[str, Any]
) -> None:
    async def fine(page: "Page") -> None:
        assert await page.evaluate(CHECK, RULES) == []
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= look["viewport"]["width"]

    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url, **look) as page:
            await page.evaluate(AXE.read_text("utf-8"))
            await fine(page)
            await start(page)
            await converse(far, page)
            await page.locator("#events > summary").click()
            await fine(page)
            await far.hang_up(1013)
            await until(page, "rxvoice.state === 'error'")
            await fine(page)

    chromium.run(main())


def test_a_call_can_be_held_with_the_keyboard_alone(chromium: Chromium) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url, viewport=PHONE) as page:
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await until(page, "rxvoice.state === 'listening'")
            focused = "document.activeElement.textContent.trim()"
            await until(page, f"{focused} === 'Hang up'")
            await page.get_by_role("button", name="Mute", disabled=False).wait_for(timeout=5000)
            await page.keyboard.press("Shift+Tab")
            await page.keyboard.press("Shift+Tab")
            assert await page.evaluate(focused) == "Mute"
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert await page.evaluate(outline) == "solid"
            await page.keyboard.press("Space")
            await page.get_by_role("button", name="Mute", pressed=True).wait_for(timeout=5000)
            for _ in range(4):
                await page.keyboard.press("Tab")
            await page.keyboard.type("What time is it?")
            await page.keyboard.press("Enter")
            await page.get_by_role("log").get_by_text("What time is it?").wait_for(timeout=5000)
            for _ in range(2):
                await page.keyboard.press("Shift+Tab")
            await page.keyboard.press("Enter")
            await until(page, f"{focused} === 'Call again'")
            assert await page.evaluate("rxvoice.state") == "ended"

    chromium.run(main())


def test_the_timeline_can_be_read_as_a_table(chromium: Chromium) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await start(page)
            await converse(far, page)
            await page.get_by_text("The timeline as a table").click()
            table = page.get_by_role("group", name="Events of the call").get_by_role("row")
            await table.nth(9).wait_for(timeout=5000)
            rows = [row.split("\t")[1:] for row in await table.all_inner_texts()]
            for row in [
                ["You", "“Do you have a room?”"],
                ["Function", "free_rooms is called"],
                ["Agent", "is heard"],
                ["Interruption", "the agent is cut off"],
                ["Fault", "the voice is slow"],
            ]:
                assert row in rows
            label = await page.locator("#canvas").get_attribute("aria-label")
            assert label is not None
            assert "1 turn, 1 interruption, 1 function call, 1 fault" in label

    chromium.run(main())


def test_only_what_is_final_is_announced(chromium: Chromium) -> None:
    """Interim words and words of the bot, which is heard anyway, change in place."""
    count = """() => new Promise((done) => {
      const added = [];
      const region = document.getElementById("log");
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) {
            if (node.nodeType === Node.ELEMENT_NODE) added.push(node.textContent.trim());
          }
        }
      }).observe(region, { childList: true, subtree: true });
      window.added = added;
      done();
    })"""

    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await start(page)
            await page.evaluate(count)
            await converse(far, page)
            added = await page.evaluate("added.filter(Boolean)")
            assert "Do you have" not in added
            assert "Do you have a room?" in added
            assert "cut off" in added
            assert not [text for text in added if text.endswith("Yes, there")]

    chromium.run(main())

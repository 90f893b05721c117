"""What the page does when something is missing or breaks, in a browser without a microphone."""

from typing import TYPE_CHECKING

from rxvoice.rtvi import BotStartedSpeaking, Error

from .chromium import PHONE, Chromium, needs_chromium, until
from .far_end import FarEnd

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = needs_chromium

MICROPHONE = None


async def only_type(page: "Page") -> None:
    await page.get_by_role("button", name="Only type").first.click()
    await until(page, "rxvoice.state === 'listening'")


async def problem(page: "Page") -> str:
    await until(page, "document.getElementById('problem').textContent !== ''")
    return await page.get_by_role("alert").inner_text()


def test_without_a_microphone_one_can_type(chromium: Chromium) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url, viewport=PHONE) as page:
            await page.get_by_role("button", name="Start call").click()
            assert "No microphone was found." in await problem(page)
            assert not any(path.startswith("/ws") for path in far.paths)
            await page.get_by_role("alert").get_by_role("button", name="Only type").click()
            await until(page, "rxvoice.state === 'listening'")
            await page.locator("#text").fill("Hello <b>there</b>")
            await page.keyboard.press("Enter")
            log = page.get_by_role("log")
            await log.get_by_text("Hello <b>there</b>").wait_for(timeout=5000)
            assert await log.locator("b").count() == 0
            await far.tell(BotStartedSpeaking())
            await far.say(0.2)
            await far.until(lambda: far.position > 0.19)
            assert not len(far.heard)
            await page.get_by_role("button", name="Use microphone").click()
            assert "No microphone was found." in await problem(page)
            assert await page.evaluate("rxvoice.state") == "bot"

    chromium.run(main())


def test_what_the_server_says_about_a_fault_is_shown_and_one_can_call_again(
    chromium: Chromium,
) -> None:
    async def main() -> None:
        async with FarEnd() as far, chromium.page(far.url) as page:
            await only_type(page)
            await far.tell(Error(error="the model is gone", message="", fatal=True))
            await far.hang_up()
            assert await problem(page) == "The agent had to stop: the model is gone"
            assert await page.evaluate("rxvoice.state") == "error"
            await only_type(page)
            assert await page.locator("#problem").text_content() == ""
            await far.hang_up(1013)
            assert "no room for another call" in await problem(page)
            await only_type(page)
            await far.break_off()
            assert await problem(page) == "The connection was lost."
            await only_type(page)
            await far.hang_up()
            await until(page, "rxvoice.state === 'ended'")
            assert await page.locator("#problem").text_content() == ""
            await page.get_by_role("button", name="Call again").wait_for(timeout=5000)

    chromium.run(main())


def test_a_call_that_is_not_taken_ends_with_a_sentence(chromium: Chromium) -> None:
    async def main() -> None:
        told = "status of 503", "Unexpected response code: 503"
        async with (
            FarEnd(refuses=True) as far,
            chromium.page(far.url, told=told) as page,
        ):
            await page.get_by_role("button", name="Only type").click()
            assert "did not take the call" in await problem(page)

    chromium.run(main())


def test_the_page_works_without_settings_and_with_broken_ones(chromium: Chromium) -> None:
    async def main() -> None:
        for config in ("{broken", '{"ws": 3, "start": {}, "title": null}'):
            async with FarEnd(config) as far, chromium.page(far.url) as page:
                assert await page.title() == "Voice agent"
                await only_type(page)
                assert "/ws" in far.paths

    chromium.run(main())


def test_a_token_of_the_settings_is_brought_along(chromium: Chromium) -> None:
    async def main() -> None:
        config = '{"ws": "/ws?x=1", "token": "se/cret", "offer": null, "title": "a \\u003c b"}'
        async with FarEnd(config) as far, chromium.page(far.url) as page:
            assert await page.locator("h1").inner_text() == "a < b"
            assert await page.locator("#transport option").count() == 1
            await only_type(page)
            assert far.paths[-1] == "/ws?x=1&token=se%2Fcret"

    chromium.run(main())

"""The page of a picture, in a browser."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rxvoice.items import Stamped, Transcript
from rxvoice.viz import Picture, picture
from rxvoice.viz._page import page as written
from tests.scripted_call import scripted_call

from .chromium import Chromium, needs_chromium, until

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = needs_chromium
TEXTS = "[...document.querySelectorAll('.box svg text')].map((each) => each.textContent).join(' ')"


@asynccontextmanager
async def opened(chromium: Chromium, folder: Path, drawn: Picture) -> "AsyncGenerator[Page]":
    drawn.save(folder / "picture.html")
    async with chromium.page((folder / "picture.html").as_uri()) as page:
        yield page


def test_it_is_zoomed_and_moved_by_keys(chromium: Chromium, tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            assert "18 s" in await page.evaluate(TEXTS)
            await page.locator(".box").focus()
            for key in "+++":
                await page.keyboard.press(key)
            await until(page, f"!{TEXTS}.includes('18 s')")
            await page.keyboard.press("End")
            await until(page, f"{TEXTS}.includes('18.5 s')")
            await page.keyboard.press("0")
            await until(page, f"{TEXTS}.includes('18 s')")

    chromium.run(main())


def test_it_is_zoomed_by_the_wheel_and_dragged(chromium: Chromium, tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            whole = await page.evaluate(TEXTS)
            await page.mouse.move(700, 200)
            await page.keyboard.down("Control")
            await page.mouse.wheel(0, -600)
            await page.keyboard.up("Control")
            await until(page, f"{TEXTS} !== {whole!r}")
            zoomed = await page.evaluate(TEXTS)
            await page.mouse.down()
            await page.mouse.move(300, 200, steps=4)
            await page.mouse.up()
            await until(page, f"![{whole!r}, {zoomed!r}].includes({TEXTS})")

    chromium.run(main())


def test_an_item_is_told_where_the_mouse_is(chromium: Chromium, tmp_path: Path) -> None:
    text = "<b>not markup</b>"
    drawn = picture([Stamped(1.0, Transcript(text, is_final=True))])

    async def main() -> None:
        async with opened(chromium, tmp_path, drawn) as page:
            await page.locator("rect.touch").first.hover()
            told = await page.locator(".tip").inner_text()
            assert told.startswith(f"0:01.0: Transcript(text='{text}'")
            assert await page.locator("b").count() == 0

    chromium.run(main())


def test_its_signs_are_explained(chromium: Chromium, tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            names = await page.locator(".legend span").all_inner_texts()
            assert names == ["item", "not final", "one of many", "fault"]

    chromium.run(main())


def test_words_go_on_in_a_second_line(chromium: Chromium, tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            texts = await page.locator(".box svg text").all_text_contents()
            first = next(i for i, text in enumerate(texts) if text.startswith("It is sunny"))
            said = " ".join(texts[first : first + 2])
            assert said.startswith("It is sunny in Lisbon, with a high of twenty-four degrees")

    chromium.run(main())


def test_audio_is_heard_from_where_it_is_clicked(chromium: Chromium, tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            await page.locator("g.sound").nth(1).click()
            mark = "document.querySelector('path.mark')"
            await until(page, f"{mark}.getAttribute('d') !== ''")
            place = await page.evaluate(f"{mark}.getAttribute('d')")
            await until(page, f"{mark}.getAttribute('d') !== {place!r}")
            await page.locator(".box").focus()
            await page.keyboard.press("Escape")
            assert await page.evaluate(f"{mark}.getAttribute('d')") == ""

    chromium.run(main())


PUT = """(html) => {
    document.body.innerHTML = html;
    for (const old of document.querySelectorAll("script")) {
        const anew = document.createElement("script");
        anew.textContent = old.textContent;
        old.replaceWith(anew);
    }
}"""


def test_what_replaces_a_live_picture_goes_on_with_what_somebody_does(
    chromium: Chromium, tmp_path: Path
) -> None:
    drawn = picture(scripted_call())
    running = written(drawn, sound=0, live="cell", state="running")

    async def main() -> None:
        async with opened(chromium, tmp_path, drawn) as page:
            await page.evaluate(PUT, running)
            whole = await page.evaluate(TEXTS)
            await page.locator(".box").focus()
            await page.keyboard.press("+")
            await until(page, f"{TEXTS} !== {whole!r}")
            zoomed = await page.evaluate(TEXTS)
            await page.locator("rect.touch").nth(4).hover()
            told = await page.locator(".tip").inner_text()
            await page.evaluate(PUT, running)
            assert await page.evaluate(TEXTS) == zoomed
            assert await page.locator(".tip").inner_text() == told
            await page.keyboard.press("0")
            await until(page, f"{TEXTS} === {whole!r}")

    chromium.run(main())


def test_pictures_on_a_page_play_one_at_a_time_and_end_with_it(
    chromium: Chromium, tmp_path: Path
) -> None:
    pages = [written(picture(scripted_call(), title=title)) for title in ("one", "other")]
    places = "[...document.querySelectorAll('path.mark')].map((m) => m.getAttribute('d') !== '')"

    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            await page.evaluate(PUT, "".join(pages))
            clips = await page.evaluate(
                "[...document.querySelectorAll('clipPath')].map((c) => c.id)"
            )
            assert len(set(clips)) == 2
            await page.locator(".rxvp").nth(0).locator("g.sound").nth(1).click()
            await until(page, f"{places}[0] && !{places}[1]")
            await page.locator(".rxvp").nth(1).locator("g.sound").nth(1).click()
            await until(page, f"!{places}[0] && {places}[1]")
            await page.evaluate(PUT, pages[0])
            await until(page, "window.__rxvoice_speaker.player === null")

    chromium.run(main())


def test_a_picture_takes_on_the_theme_of_its_notebook(chromium: Chromium, tmp_path: Path) -> None:
    ground = "getComputedStyle(document.querySelector('.rxvp')).backgroundColor"

    async def main() -> None:
        async with opened(chromium, tmp_path, picture(scripted_call())) as page:
            light = await page.evaluate(ground)
            await page.evaluate("document.body.dataset.jpThemeLight = 'false'")
            await until(page, f"{ground} !== {light!r}")
            await page.evaluate("document.body.dataset.jpThemeLight = 'true'")
            await until(page, f"{ground} === {light!r}")

    chromium.run(main())

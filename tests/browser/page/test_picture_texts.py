"""Texts of pictures, as a browser sets them: with its fonts, in bold, on small screens."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rxvoice.items import Fault, Stamped, Token, Transcript
from rxvoice.viz import conversation_svg, marbles_svg, picture
from tests.scripted_call import scripted_call
from tests.viz.test_probes_below import held

from .chromium import Chromium, needs_chromium

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = needs_chromium

NAMES = [f"what comes out of the agent of the city library, {index}" for index in range(4)]
LANES = {
    name: [Stamped(at * 0.9, Transcript(f"text {at}", is_final=at % 2 == 0)) for at in range(20)]
    for name in NAMES
}
FAULTS = [Stamped(at * 0.3, Fault("llm", f"refused for the {at}th time")) for at in range(12)]
LONG = [Stamped(each.at + 25 * turn, each.item) for turn in range(150) for each in scripted_call()]

OVERLAPS = """() => {
    const boxes = [...document.querySelectorAll("svg text")].map((each) => {
        const { left, right, top, bottom } = each.getBoundingClientRect();
        const leading = (bottom - top) * 0.12; // what is above and below letters
        const inner = { top: top + leading, bottom: bottom - leading };
        return { text: each.textContent, left, right, ...inner };
    });
    const found = [];
    for (const [index, one] of boxes.entries()) {
        for (const other of boxes.slice(index + 1)) {
            const beside = one.right <= other.left + 1 || other.right <= one.left + 1;
            const above = one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
            if (!beside && !above) found.push([one.text, other.text]);
        }
    }
    return found;
}"""
NAMES_IN_LANES = """() => {
    const left = Number(document.querySelector("clipPath rect").getAttribute("x"));
    const box = document.querySelector(".box svg").getBoundingClientRect();
    return [...document.querySelectorAll(".box svg > text")]
        .filter((each) => each.getBoundingClientRect().right > box.left + left)
        .map((each) => each.textContent);
}"""


async def overlaps(page: "Page") -> list[Sequence[str]]:
    return await page.evaluate(OVERLAPS)


@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (700, "dark"), (1180, "light")]
)  # colours do not change widths
def test_texts_of_pages_never_overlap(
    chromium: Chromium, tmp_path: Path, width: int, scheme: str
) -> None:
    drawn = {
        "call": picture(scripted_call(), title="A call with a title that needs some lines"),
        "names": picture(LANES),
        "faults": picture(FAULTS),
        "long": picture(LONG),
    }

    async def main() -> None:
        for name, each in drawn.items():
            file = tmp_path / f"{name}.html"
            each.save(file)
            size = {"width": width, "height": 800}
            async with chromium.page(file.as_uri(), viewport=size, color_scheme=scheme) as page:
                assert await overlaps(page) == [], name
                assert await page.evaluate(NAMES_IN_LANES) == [], name

    chromium.run(main())


def test_texts_of_images_never_overlap(chromium: Chromium, tmp_path: Path) -> None:
    call = held()
    images = [
        conversation_svg(scripted_call()),
        conversation_svg(scripted_call(), width=480),
        conversation_svg(FAULTS),
        conversation_svg(call.events, probes=call.probes),
        picture(LANES, width=480).svg,
        picture(LANES).svg,
        picture(scripted_call()).svg,
        marbles_svg({NAMES[0]: [(0.0, NAMES[1]), (1.0, NAMES[2]), (1.0, "|")], "b": [(0.5, "x")]}),
        marbles_svg({name: [(0.1, "saying"), (0.2, "#")] for name in NAMES}, width=300),
    ]

    async def main() -> None:
        for index, svg in enumerate(images):
            file = tmp_path / f"{index}.svg"
            file.write_text(svg, encoding="utf-8")
            async with chromium.page(file.as_uri()) as page:
                assert await overlaps(page) == [], index

    chromium.run(main())


def test_no_word_is_lost_in_the_page_of_a_long_call(chromium: Chromium, tmp_path: Path) -> None:
    said = "It is sunny in Lisbon, with a high of twenty-four"
    events = [
        Stamped(30.0 * turn + at * 0.3, Token(f" {word}"))
        for turn in range(1_000)
        for at, word in enumerate(said.split())
    ]
    picture(events).save(tmp_path / "long.html")
    shown = "[...document.querySelectorAll('.box svg text')].map((each) => each.textContent)"

    async def main() -> None:
        async with chromium.page((tmp_path / "long.html").as_uri()) as page:
            for _ in range(4):
                await page.locator(".box").press("+")
            texts = await page.evaluate(shown)
            assert said in " ".join(texts)

    chromium.run(main())

"""Texts can be read on what they stand on, in both themes."""

from collections.abc import Mapping

import pytest

from rxvoice.viz._style import DARK, LIGHT

HUES = ("user", "model", "bot", "amber", "alarm")


def contrast(one: str, other: str) -> float:
    """As WCAG 2 has it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_have_the_contrast_that_small_ones_need(theme: Mapping[str, str]) -> None:
    pairs = [(hue, "ground") for hue in (*HUES, "text", "soft")]
    pairs += [(hue, f"{hue}-soft") for hue in HUES]
    pairs += [("text", "grid"), ("soft", "grid"), ("ground", "user"), ("ground", "text")]
    poor = {pair: contrast(*(theme[name] for name in pair)) for pair in pairs}
    assert {pair: found for pair, found in poor.items() if found < 4.5} == {}

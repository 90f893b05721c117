import re
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest

from rxvoice.viz import Marble, marbles_svg
from tests.viz.reading import Drawn, read

GATE: Mapping[str, Sequence[Marble] | str] = {
    "audio": [(0.02, "q"), (0.04, "s"), (0.06, "s"), (0.08, "q"), (0.10, "|")],
    "": "vad_gate(loudness, min_silence=0.06)",
    "out": [(0.04, "s"), (0.06, 0.09, "speech"), (0.10, "#")],
}


def assert_readable(drawn: Drawn) -> None:
    for text in drawn.texts:
        assert text.left >= 0, text
        assert text.right <= drawn.width, text
        assert text.bottom <= drawn.height, text
    for one, other in combinations(drawn.texts, 2):
        assert not one.overlaps(other), (one, other)


def test_streams_are_drawn_one_below_the_other() -> None:
    drawn = read(marbles_svg(GATE, title="The gate"))
    assert_readable(drawn)
    texts = [text.text for text in drawn.texts]
    for text in ("audio", "out", "q", "s", "speech", "vad_gate(loudness, min_silence=0.06)"):
        assert text in texts
    assert {"q at 0.02 s", "| at 0.1 s", "# at 0.1 s", "speech, 0.06 to 0.09 s"} <= set(drawn.tips)
    assert drawn.tips[0] == "The gate"


def test_equal_names_have_equal_colours_in_all_lanes() -> None:
    svg = marbles_svg({"a": [(0, "x"), (1, "y")], "b": [(0, "y"), (1, "x")]})
    assert svg.count('class="user-soft user-line line"') == 2
    assert svg.count('class="bot-soft bot-line line"') == 2


@pytest.mark.parametrize("count", [2, 8, 9, 300])
def test_values_of_one_instant_are_stacked_and_what_is_too_much_stays_a_tooltip(count: int) -> None:
    drawn = read(marbles_svg({"a": [(0.5, f"value {index}") for index in range(count)]}))
    assert_readable(drawn)
    assert sum(text.text.startswith("value") for text in drawn.texts) == min(count, 8)
    assert sum(tip.startswith("value") for tip in drawn.tips) == count


@pytest.mark.parametrize("width", [240, 720])
def test_long_names_at_the_edges_stand_in_the_picture(width: float) -> None:
    lane = [(0.0, "the first of the values"), (1.0, "the last of the values"), (1.0, "|")]
    drawn = read(marbles_svg({"a": lane}, width=width))
    assert_readable(drawn)
    assert len([text for text in drawn.texts if text.text.startswith("the ")]) == 2


def test_the_end_of_a_stream_stands_on_no_name() -> None:
    svg = marbles_svg({"a": [(0.99, "long name of a value"), (1.0, "#")]})
    (name,) = [text for text in read(svg).texts if text.text.startswith("long")]
    (cross,) = re.findall(r'd="M(\S+) \S+l14 14', svg)
    assert float(cross) >= name.right


def test_a_name_of_which_little_would_be_left_is_left_to_the_tooltip() -> None:
    drawn = read(marbles_svg({"a": [(0.0, 1.0, "speech"), (2.0, 2.8, "speech"), (20.0, "|")]}))
    assert not [text for text in drawn.texts if text.text.startswith("s")]
    assert "speech, 2 to 2.8 s" in drawn.tips


@pytest.mark.parametrize("width", [240, 480, 1500])
def test_text_never_overlaps(width: float) -> None:
    lanes = {
        "a very long name of a lane that does not fit": [
            (0.1 * index, f"Turn number {index}, saying <&> مرحبا") for index in range(20)
        ]
    }
    assert_readable(read(marbles_svg(lanes, width=width)))


@pytest.mark.parametrize(
    "lanes", [{}, {"a": []}, {"a": [(0.0, "x")]}, {"a": [(-3.0, "x"), (-1.0, "|")]}]
)
def test_small_pictures(lanes: Mapping[str, Sequence[Marble] | str]) -> None:
    assert_readable(read(marbles_svg(lanes)))


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="width must be at least 240"):
        marbles_svg({}, width=100)
    with pytest.raises(ValueError, match=r"lanes\['a'\] must hold finite times"):
        marbles_svg({"a": [(float("inf"), "x")]})
    with pytest.raises(ValueError, match=r"lanes\['a'\] must hold finite times in order"):
        marbles_svg({"a": [(2.0, 1.0, "x")]})

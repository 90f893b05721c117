"""When streams of marbles are subscribed, in pictures."""

import pytest

from rxvoice.viz import marbles_svg
from tests.viz.reading import read
from tests.viz.test_marbles_svg import assert_readable


def test_what_nobody_heard_is_faint_and_the_cut_is_marked() -> None:
    svg = marbles_svg({"reply": [(1.0, "^"), (1.5, "x"), (2.0, "!"), (2.5, "y"), (3.0, "|")]})
    drawn = read(svg)
    assert_readable(drawn)
    assert "subscribed at 1 s" in drawn.tips
    assert "unsubscribed at 2 s" in drawn.tips
    assert svg.count('opacity="0.7"') == 2
    assert "reply: 1 s subscribed, 1.5 s x, 2 s unsubscribed, 2.5 s y, 3 s ends" in svg


@pytest.mark.parametrize("last", ["|", "#", "x"])
def test_a_stream_that_ended_or_gave_its_last_value_was_not_cut(last: str) -> None:
    drawn = read(marbles_svg({"reply": [(1.0, "^"), (2.0, last), (2.0, "!")]}))
    assert "unsubscribed at 2 s" not in drawn.tips
    assert f"{last} at 2 s" in drawn.tips


def test_a_stream_may_be_subscribed_several_times_and_for_ever() -> None:
    drawn = read(marbles_svg({"a": [(0, "^"), (1, "!"), (2, "^"), (3, "x")]}))
    assert {"subscribed at 0 s", "unsubscribed at 1 s", "subscribed at 2 s"} <= set(drawn.tips)
    assert len([tip for tip in drawn.tips if tip.startswith("unsubscribed")]) == 1


def test_signs_take_no_colour_and_colours_can_be_chosen() -> None:
    svg = marbles_svg({"a": [(0, "^"), (0, "x"), (1, "y")]}, colours={"y": "alarm"})
    assert 'class="user-soft user-line line"' in svg
    assert 'class="alarm-soft alarm-line line"' in svg
    with pytest.raises(ValueError, match=r"colours\['y'\] must be one of user, bot.*got 'red'"):
        marbles_svg({}, colours={"y": "red"})


def test_rules_that_a_picture_does_not_use_are_left_out() -> None:
    assert ".rxv .wave{" not in marbles_svg({"a": [(0, "x")]})
    assert ".rxv .user-soft{" in marbles_svg({"a": [(0, "x")]})

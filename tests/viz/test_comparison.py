"""Two calls in one picture."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rxvoice.items import AudioFrame, Stamped, Turn
from rxvoice.viz._comparison import comparison_svg
from tests.scripted_call import scripted_call
from tests.viz.reading import read
from tests.viz.test_conversation_svg import assert_readable, shown


def later(events: Sequence[Stamped], seconds: float) -> list[Stamped]:
    """The same call with all answers later."""
    moved = [
        Stamped(
            event.at + seconds if isinstance(event.item, AudioFrame) else event.at,
            replace(event.item, pts=event.item.pts + seconds)
            if isinstance(event.item, AudioFrame)
            else event.item,
        )
        for event in events
    ]
    return sorted(moved, key=lambda event: event.at)


@pytest.mark.parametrize("width", [480, 1080])
@pytest.mark.parametrize("row", [5.0, 15.0, 60.0])
def test_both_calls_have_one_axis(width: float, row: float) -> None:
    call = scripted_call()
    long = [*call, Stamped(31.0, Turn("bye", 4))]
    drawn = read(comparison_svg(call, long, width=width, row=row))
    assert_readable(drawn)
    texts = [text.text for text in drawn.texts]
    assert texts.count("0 s") + texts.count("0.0 s") == 1
    assert texts.count("user speaks") == 2 * texts.count("first")


def test_what_happens_at_one_time_stands_at_one_place() -> None:
    call = scripted_call()
    long = [*call, Stamped(31.0, Turn("bye", 4))]
    drawn = read(comparison_svg(call, long, row=60.0))
    places = [text.left for text in drawn.texts if text.text.startswith("What's")]
    assert len(places) == 2
    assert len(set(places)) == 1


def test_it_tells_how_much_later_each_answer_came() -> None:
    call = scripted_call()
    drawn = read(comparison_svg(call, later(call, 0.3), row=60.0))
    assert [text.text for text in drawn.texts].count("+300 ms") == 3
    assert "turn 1 is answered 300 ms later" in drawn.tips
    sooner = read(comparison_svg(later(call, 0.3), call, row=60.0))
    assert "turn 1 is answered 300 ms sooner" in sooner.tips
    same = read(comparison_svg(call, call))
    assert "turn 1 is answered at the same time" in same.tips
    assert "+" not in shown(same).replace("+ ", "")


def test_calls_without_anything_can_be_compared() -> None:
    assert_readable(read(comparison_svg([], scripted_call())))
    assert_readable(read(comparison_svg([], [])))

"""Pictures of tests, as SVG."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice.items import AudioFrame, Turn
from rxvoice.testing import MarbleFailure, Marbles, frames, like, marbles, tone
from tests.viz.reading import read


def picture(body: Callable[[Marbles], object]) -> str:
    """What a failing test shows, in words."""
    with pytest.raises(MarbleFailure) as caught, marbles() as m:
        body(m)
    return told(caught.value.svg())


def told(svg: str) -> str:
    """The description of a picture for those who cannot see it."""
    root = ElementTree.fromstring(svg)
    return root.findtext("{http://www.w3.org/2000/svg}desc") or ""


def test_sources_expectation_and_what_happened() -> None:
    def body(m: Marbles) -> None:
        turns = m.hot("a-----b---|")
        old, new = m.cold("-x-x-x-x-x|"), m.cold("-y|")
        spoken = turns.pipe(ops.flat_map({"a": old, "b": new}.__getitem__))
        m.expect(spoken).to_be("-x-x-x-y--|")
        m.expect_subscriptions(old, "^-----!")

    assert picture(body).split(". ") == [
        "turns (hot): 0 s subscribed a, 0.12 s b, 0.2 s ends unsubscribed",
        "old (cold): 0 s subscribed, 0.02 s x, 0.06 s x, 0.1 s x, 0.14 s x, 0.18 s x, "
        "0.2 s ends unsubscribed",
        "new (cold): 0.12 s subscribed, 0.14 s y, 0.16 s ends unsubscribed",
        "spoken: expected: 0.02 s x, 0.06 s x, 0.1 s x, 0.14 s y, 0.2 s ends",
        "spoken: actual: 0.02 s x, 0.06 s x, 0.1 s x, 0.14 s x y, 0.18 s x, 0.2 s ends",
        "old: use expected: 0 s in use",
        "old: actual use: 0 s in use",
    ]


def test_the_first_difference_is_marked_in_each() -> None:
    def body(m: Marbles) -> None:
        m.expect(m.hot("-a-b")).to_be("-a-c")
        m.expect(m.hot("-a-b|")).to_be("-a-b")

    with pytest.raises(MarbleFailure) as caught, marbles() as m:
        body(m)
    svg = caught.value.svg()
    assert "different at 0.06 s" in svg
    assert "different at 0.08 s" in svg
    assert svg.count("different at") == 2


def test_a_test_that_passes_can_be_drawn() -> None:
    with marbles() as m:
        words = m.cold("-a-b|")
        upper = words.pipe(ops.map(str.upper))
        expectation = m.expect(upper)
        expectation.to_be("-A-B|")
        svg = m.svg()
        own = expectation.svg(width=300)
    assert told(svg).split(". ") == [
        "words (cold): 0 s subscribed, 0.02 s a, 0.06 s b, 0.08 s ends unsubscribed",
        "upper: 0.02 s A, 0.06 s B, 0.08 s ends",
    ]
    assert "different" not in svg
    assert told(own) == "upper: 0.02 s A, 0.06 s B, 0.08 s ends"
    assert read(own).width == 300


def test_letters_are_those_of_the_diagram() -> None:
    def body(m: Marbles) -> None:
        source = m.cold("t-u|", {"t": Turn("hello"), "u": Turn("yes", 2)})
        m.expect(source).to_be("t-u|", {"t": Turn("help"), "u": like(Turn)})

    assert picture(body).split(". ") == [
        "source: expected: 0 s t, 0.04 s u, 0.06 s ends",
        "source: actual: 0 s A, 0.04 s u, 0.06 s ends",
    ]


def test_a_gap_that_is_too_long_is_drawn() -> None:
    def body(m: Marbles) -> None:
        turns = m.hot("a----b|")
        audio = m.hot("---x---|", {"x": tone(0.02)})
        m.expect(turns).then(audio).where(AudioFrame).within(0.04)

    assert picture(body).split(". ") == [
        "turns: 0 s a, 0.1 s b",
        "AudioFrame of audio: 0.06 s AudioFrame",
        "not followed: 0 s 0.06 s, 0.1 s missing",
    ]


def test_a_generator_is_drawn_as_it_yielded() -> None:
    def body(m: Marbles) -> None:
        made = m.agen("a-b-c|")
        m.expect(made, "^---!").to_be("a-c")
        m.expect_subscriptions(made, "^---!")

    assert picture(body).split(". ") == [
        "made: expected: 0 s a, 0.04 s c",
        "made: actual: 0 s a, 0.04 s b",
    ]


def test_a_source_that_is_used_twice_at_once_has_one_lane() -> None:
    with marbles() as m:
        words = m.cold("a--b|")
        m.expect(rx.merge(words, words.pipe(ops.delay(0.1)))).to_be("a--b-a--b|")
        svg = m.svg()
    assert "words (cold): 0 s a a, 0.06 s b b, 0.08 s ends ends" in told(svg)


def test_a_long_test_is_drawn_around_its_difference() -> None:
    cut = frames(tone(20.0))

    def body(m: Marbles) -> None:
        sound = rx.from_iterable(cut).pipe(ops.zip(rx.interval(0.02)), ops.map(lambda p: p[0]))
        due = [(0.02 * (i + 1), frame) for i, frame in enumerate(cut)]
        m.expect(sound).to_be_items([*due[:500], (10.02, tone(0.02, level=0.1)), *due[501:]])

    with pytest.raises(MarbleFailure) as caught, marbles() as m:
        body(m)
    expected, actual = told(caught.value.svg()).split(". sound: actual: ")
    letters = [row[row.index("10.02 s ") + 8] for row in (expected, actual)]
    assert letters[0] != letters[1]
    assert all(f"{letter} = AudioFrame(320 samples" in str(caught.value) for letter in letters)
    assert expected.count(" s ") == 36
    assert "sound: expected: 9.66 s " in expected

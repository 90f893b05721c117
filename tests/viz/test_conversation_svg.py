import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rxvoice.items import (
    ClearAudio,
    Dtmf,
    Event,
    Fault,
    ReplyEnded,
    ReplyPaused,
    ReplyResumed,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    SpeechStarted,
    SpeechStopped,
    Stamped,
    Token,
    ToolCall,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.viz import conversation_svg, picture
from tests.scripted_call import ANSWERED, ASKED, PLAYED, scripted_call, stamp, voice
from tests.viz.reading import Drawn, read

NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "torture" / "naughty-strings.json"


def assert_readable(drawn: Drawn) -> None:
    for text in drawn.texts:
        assert text.left >= 0, text
        assert text.right <= drawn.width, text
        assert text.bottom <= drawn.height, text
    for one, other in combinations(drawn.texts, 2):
        assert not one.overlaps(other), (one, other)


def shown(drawn: Drawn) -> str:
    return " ".join(text.text for text in drawn.texts)


def test_a_conversation_is_drawn_with_its_words_on_their_own_places() -> None:
    drawn = read(conversation_svg(scripted_call(), title="A call"))
    assert_readable(drawn)
    text = shown(drawn)
    for said in (*ASKED, "sunny in Lisbon, with a high of", "Goodbye, and enjoy your day!"):
        assert said in text
    assert "breeze" not in text
    assert "19.1 s · 3 turns · 1 interruption · 1 fault · median answer after 1060 ms" in text
    assert "1060 ms" in text
    assert "cut off" in text


def test_the_cut_and_the_interruption_are_where_they_happened() -> None:
    drawn = read(conversation_svg(scripted_call()))
    tips = drawn.tips
    assert any(tip.startswith("interruption by turn 2 at 0:06.6; heard: It is") for tip in tips)
    assert any("40 ms that were ready were not heard" in tip for tip in tips)
    assert any(tip == "answer to turn 1, heard 0:03.6 to 0:06.6" for tip in tips)
    assert any(tip == "the user speaks, 0:06.4 to 0:08.1" for tip in tips)


@pytest.mark.parametrize("width", [480, 560, 800, 1080, 2000])
@pytest.mark.parametrize("row", [0.7, 5.0, 12.0, 60.0])
def test_text_never_overlaps_whatever_the_width(width: float, row: float) -> None:
    assert_readable(read(conversation_svg(scripted_call(), width=width, row=row)))


def test_a_picture_stands_alone_and_tells_its_content() -> None:
    svg = conversation_svg(scripted_call(), title="Weather")
    root = ElementTree.fromstring(svg)
    names = {re.sub(r"\{.*\}", "", element.tag) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "style", "g", "path", "rect", "circle", "text"}
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "url(" not in svg
    assert "@import" not in svg
    assert root.get("role") == "img"
    by_id = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert by_id[root.get("aria-labelledby")] == "Weather"
    told = by_id[root.get("aria-describedby")] or ""
    assert "3 turns" in told
    for said in PLAYED:
        assert said in told


def test_the_same_events_give_the_same_picture_and_ids_differ_between_pictures() -> None:
    once, again = conversation_svg(scripted_call()), conversation_svg(scripted_call())
    assert once == again
    other = conversation_svg(scripted_call()[:100])
    assert re.findall(r'id="(.*?)"', once) != re.findall(r'id="(.*?)"', other)


def test_both_themes_are_in_the_picture_and_style_nothing_outside_it() -> None:
    svg = conversation_svg(scripted_call())
    css = re.findall(r"<style>(.*?)</style>", svg)[0]
    assert "@media (prefers-color-scheme:dark)" in css
    selectors = re.findall(
        r"[{}]?([^{}]+)\{", css.replace("@media (prefers-color-scheme:dark)", "")
    )
    assert selectors
    assert all(selector.startswith(".rxv") for selector in selectors)
    styled = {name for selector in selectors for name in re.findall(r"\.([\w-]+)", selector)}
    used = {name for names in re.findall(r'class="(.*?)"', svg) for name in names.split()}
    assert used <= styled


def paused(*after: Stamped) -> Drawn:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *voice(1.1, 2.0),
        *stamp(3.0, ClearAudio(1), ReplyPaused(1)),
        *after,
    ]
    drawn = read(conversation_svg(sorted(events, key=lambda event: event.at)))
    assert_readable(drawn)
    assert "voice paused" in shown(drawn)
    return drawn


def test_a_voice_that_is_paused_is_seen_to_be_so() -> None:
    drawn = paused(*stamp(4.2, ReplyResumed(1)), *voice(4.3, 1.0))
    assert "answer to turn 1 paused, 0:03.0 to 0:04.2, then resumed" in drawn.tips
    assert "paused" in [text.text for text in drawn.texts]
    assert "voice paused" not in shown(read(conversation_svg(scripted_call())))


def test_a_pause_that_ends_in_a_cut_has_the_cut_at_its_end() -> None:
    drawn = paused(*stamp(4.2, ReplyEnded(1, "Well", interrupted=True)), *stamp(6.0, Token("so")))
    assert "answer to turn 1 paused, 0:03.0 to 0:04.2, then cut off" in drawn.tips
    (name,) = [text for text in drawn.texts if text.text == "paused"]
    (cut,) = [text for text in drawn.texts if text.text == "cut off"]
    assert name.right < cut.left
    open_ = paused(*stamp(6.0, Token("so")))
    assert "answer to turn 1 paused, 0:03.0 to 0:06.0, not over" in open_.tips


def test_nothing_is_drawn_over_the_wait_for_the_next_answer() -> None:
    events = [
        *stamp(1.0, ReplyStarted(1)),
        *voice(1.1, 2.0),
        *stamp(3.0, SpeechStarted(3.0, 0.1)),
        *stamp(3.4, SpeechStopped(3.4, 0.1)),
        *stamp(3.5, TurnStarted(2), ClearAudio(1), ReplyEnded(1, "Well", interrupted=True)),
        *stamp(3.8, Turn("no", 2), ReplyStarted(2)),
        *voice(5.0, 1.0),
    ]
    drawn = read(conversation_svg(sorted(events, key=lambda event: event.at)))
    assert "1700 ms" in shown(drawn)
    assert "cut off" not in [text.text for text in drawn.texts]
    assert any(tip.startswith("cut off at 0:03.5") for tip in drawn.tips)


def test_words_are_read_from_top_to_bottom_and_none_is_missing() -> None:
    said = ANSWERED[0].split()
    events = [
        *stamp(0.5, ReplyStarted(1)),
        *[
            each
            for index, word in enumerate(said)
            for each in stamp(1 + index * 0.2, Word(word, 0, 0))
        ],
        *stamp(4.5, ReplyStarted(2)),
        *stamp(4.6, Word("Goodbye,", 0, 0)),
        *stamp(9.9, Word("everybody!", 0, 0)),
    ]
    drawn = read(conversation_svg(events, width=700))
    assert_readable(drawn)
    first = next(text for text in drawn.texts if text.text.startswith("It is"))
    lines = [text for text in drawn.texts if text.left == first.left]
    lines.sort(key=lambda text: text.top)
    assert " ".join(text.text for text in lines) == ANSWERED[0]
    assert len(lines) > 1
    assert {"Goodbye,", "everybody!"} <= {text.text for text in drawn.texts}


def test_rules_of_several_pictures_on_a_page_agree() -> None:
    svg = conversation_svg(scripted_call()) + picture(scripted_call()).svg
    css = re.findall(r"<style>(.*?)@media", svg)[0]
    rules = dict(re.findall(r"\.rxv \.([\w-]+)\{(.*?)\}", css))
    for names in re.findall(r'class="(.*?)"', svg):
        set_ = [
            rule.split(":")[0] for name in names.split() for rule in rules.get(name, "").split(";")
        ]
        assert len(set_) == len(set(set_)), names


def test_an_empty_session_gives_an_empty_picture() -> None:
    drawn = read(conversation_svg([]))
    assert_readable(drawn)
    assert "0 turns" in shown(drawn)


def test_what_never_ended_is_drawn_to_the_end_of_the_session() -> None:
    events = [
        *stamp(1.1, SpeechStarted(1.1, 0.1)),
        *stamp(1.2, TurnStarted(1)),
        *stamp(1.5, Transcript("and so", False)),
        *stamp(2.0, ResponseStarted(1)),
        *stamp(4.0, Token("well")),
    ]
    drawn = read(conversation_svg(events))
    assert_readable(drawn)
    assert "the user speaks, 0:01.0 to 0:04.0" in drawn.tips
    assert "turn 1, not over, 0:01.2 to 0:04.0:" in drawn.tips
    assert "language model (not over), 0:02.0 to 0:04.0:" in drawn.tips
    assert "and so" in shown(drawn)


def test_a_turn_or_response_that_is_superseded_ends_there() -> None:
    events = [
        *stamp(1.0, TurnStarted(1)),
        *stamp(2.0, TurnStarted(2)),
        *stamp(2.5, ResponseStarted(1)),
        *stamp(3.0, ResponseStarted(2)),
        *stamp(4.0, Turn("no", 2)),
    ]
    tips = read(conversation_svg(events)).tips
    assert "turn 1, not over, 0:01.0 to 0:02.0:" in tips
    assert "turn 2, 0:02.0 to 0:04.0: no" in tips
    assert "language model (not over), 0:02.5 to 0:03.0:" in tips


def test_rare_items_have_their_signs() -> None:
    events = [
        *stamp(0.5, TurnStarted(1)),
        *stamp(1.0, TurnDropped(1, "no text"), Dtmf("5")),
        *stamp(2.0, ResponseStarted(2)),
        *stamp(2.1, ToolCall("x", "get_weather")),
        *stamp(3.0, ResponseEnded(2, failed=True)),
        *stamp(3.0, Fault("llm", "bad key", fatal=True)),
        *stamp(5.0, Turn("late", 3)),
    ]
    tips = read(conversation_svg(events)).tips
    for tip in (
        "turn 1, dropped, 0:00.5 to 0:01.0: no text",
        "key at 0:01.0: 5",
        "tool call at 0:02.1: get_weather",
        "language model (failed), 0:02.0 to 0:03.0:",
        "fatal fault at 0:03.0: llm: bad key",
    ):
        assert tip in tips


def test_time_in_which_nothing_happens_is_left_out() -> None:
    later = [replace(event, at=event.at + 600) for event in scripted_call() if _has_no_pts(event)]
    svg = conversation_svg([*scripted_call(), *later])
    drawn = read(svg)
    assert_readable(drawn)
    assert "nothing from 0:30.0 to 10:00.0" in shown(drawn)
    assert drawn.height < 2000


@pytest.mark.parametrize("offset", [1e4, 1e9, -50.0])
def test_a_session_may_begin_at_any_time(offset: float) -> None:
    events = [
        replace(event, at=event.at + offset) for event in scripted_call() if _has_no_pts(event)
    ]
    drawn = read(conversation_svg(events))
    assert drawn.height < 2000


def test_a_very_long_session_gets_longer_rows() -> None:
    events = [event for hour in range(30) for event in stamp(hour * 3600.0, Word("hm", 0, 1))]
    drawn = read(conversation_svg(events))
    assert_readable(drawn)
    assert drawn.height < 20_000


def test_speech_over_the_end_of_a_row_goes_on_in_the_next() -> None:
    events = [
        *stamp(10.2, SpeechStarted(10.2, 0.2)),
        *stamp(20.0, SpeechStopped(20.0, 0.5)),
        *stamp(29.0, Word("end", 0)),
    ]
    svg = conversation_svg(events)
    assert svg.count("the user speaks, 0:10.0 to 0:19.5") == 2


def test_thousands_of_items_at_one_instant_stay_a_small_picture() -> None:
    items: list[Event] = []
    for index in range(5000):
        items += [Token(f"t{index} "), Word(f"w{index}", 1.0), Transcript(f"i{index}", False)]
        items += [Fault("llm", f"f{index}"), ToolCall(str(index), "tool")]
    svg = conversation_svg([*stamp(0.0, ReplyStarted(1)), *stamp(1.0, *items)])
    assert len(svg) < 50_000
    assert_readable(read(svg))


def naughty(text: str) -> list[Stamped]:
    return [
        *stamp(0.5, SpeechStarted(0.5), TurnStarted(1, reason=text)),
        *stamp(1.0, Transcript(text, False)),
        *stamp(2.0, Transcript(text, True), SpeechStopped(2.0)),
        *stamp(2.1, Turn(text, 1), ReplyStarted(1), ResponseStarted(1), Token(text)),
        *stamp(2.6, ResponseEnded(1, text), Fault(text, text)),
        *stamp(3.0, Word(text, 3.0, 3.2)),
        *stamp(3.3, Word(text, 3.3, 3.5)),
    ]


def strange() -> Sequence[str]:
    return [
        "",
        " ",
        "]]>",
        "<script>alert(1)</script>&amp;\"'",
        "\x00\x1b[31m\x07\x85",
        "\ud800 half",
        "\ufffe\uffff\ufdd0",
        "\u202eright to left\u2066",
        "e" + "\u0301" * 500,
        "مرحبا كيف حالك اليوم",
        "﷽" * 30,
        "今天里斯本的天气怎么样" * 20,
        "👨‍👩‍👧‍👦" * 40,
        "word\r\nword\u2028word",
        "W" * 5000,
    ]


@pytest.mark.parametrize("text", strange(), ids=range(len(strange())))
def test_strange_text_breaks_nothing(text: str) -> None:
    svg = conversation_svg(naughty(text), title=text)
    assert_readable(read(svg))
    svg.encode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", svg)


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared data is not there")
def test_no_naughty_string_breaks_the_picture() -> None:
    texts: list[str] = json.loads(NAUGHTY.read_text())
    assert len(texts) > 100
    for text in texts:
        assert_readable(read(conversation_svg(naughty(text), title=text)))


@pytest.mark.parametrize("width", [0, 479.9, float("nan"), float("inf")])
def test_a_bad_width_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="width must be at least 480"):
        conversation_svg([], width=width)


@pytest.mark.parametrize("row", [0, -1, float("nan"), float("inf")])
def test_a_bad_row_is_refused(row: float) -> None:
    with pytest.raises(ValueError, match=r"row must be at least 0\.1 s"):
        conversation_svg([], row=row)


def test_a_time_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match=r"events\[1\]\.at must be finite, got nan"):
        conversation_svg([*stamp(0, Token("a")), Stamped(float("nan"), Token("b"))])


def _has_no_pts(event: Stamped) -> bool:
    return not hasattr(event.item, "samples")

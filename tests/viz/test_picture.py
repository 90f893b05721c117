"""Pictures of any streams."""

import asyncio
import json
import re
import sys
import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import reactivex as rx
from reactivex import operators as ops

from rxvoice import run
from rxvoice.clock import LoopScheduler
from rxvoice.items import (
    AudioFrame,
    Event,
    Fault,
    Metric,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Stamped,
    Token,
    Transcript,
    Turn,
    Usage,
    UserMuted,
    Word,
)
from rxvoice.operators import probe
from rxvoice.tape import read_tape
from rxvoice.testing import Marbles, conversation, marbles, run_virtual
from rxvoice.viz import Probes, picture
from tests.scripted_call import scripted_call
from tests.tape.calls import held
from tests.testing.test_pictures import picture as failing
from tests.viz.reading import Drawn, read
from tests.viz.test_conversation_svg import NAUGHTY, assert_readable

HOSTILE = "</script><svg onload=alert(1)>\"'&]]>\x00\u202e\ud800" + "z\u0301\u0301\u0301\u0301"


def names(drawn: Drawn) -> list[str]:
    """What stands in the gutter, from top to bottom."""
    return [text.text for text in drawn.texts if text.left in (24.0, 36.0)][2:]


def many(count: int) -> list[Stamped]:
    """A great many items within a minute."""
    return [Stamped(index * 60 / count, Token(f" word{index}")) for index in range(count)]


def test_a_stream_of_events_gets_a_lane_for_each_kind_of_item() -> None:
    drawn = read(picture(scripted_call(), title="A call", row=20.0).svg)
    assert_readable(drawn)
    assert names(drawn) == [
        *("user speaks", "transcripts", "turns", "language model", "replies", "audio"),
        *("words", "others", "measures", "faults"),
    ]
    texts = " ".join(text.text for text in drawn.texts)
    for shown in ("What's the weather like in Lisbon today?", "turn 2", "reply 1", "19.1 s"):
        assert shown in texts
    assert any(tip.startswith("turn 1, 0:00.8 to 0:03.0") for tip in drawn.tips), drawn.tips


@pytest.mark.parametrize("width", [480, 800, 1080, 2000])
@pytest.mark.parametrize("row", [None, 2.0, 30.0])
def test_texts_never_overlap_whatever_the_width(width: float, row: float | None) -> None:
    assert_readable(read(picture(scripted_call(), width=width, row=row).svg))


def test_ten_minutes_have_few_rows_and_their_words() -> None:
    call = scripted_call()
    events = [Stamped(each.at + 20 * turn, each.item) for turn in range(30) for each in call]
    drawn = read(picture(events).svg)
    assert_readable(drawn)
    assert drawn.height < 5000
    assert sum("Sorry, I meant Porto." in text.text for text in drawn.texts) > 20


def test_segments_begin_and_end_where_it_happened() -> None:
    probes = Probes()
    with probes, marbles() as m:
        turns = m.hot("a---b------|")
        replies = {"a": m.cold("-x-x-x|"), "b": m.cold("-y-#")}
        spoken = turns.pipe(
            ops.switch_map(lambda turn: replies[turn].pipe(probe("reply"), ops.catch(rx.empty()))),
        )
        m.expect(spoken).to_be("-x-x-y-----|")
    tips = read(probes.svg()).tips
    assert "unsubscribed at 0:00.1" in tips
    assert any(tip.startswith("failed at 0:00.1: MarbleError") for tip in tips), tips
    assert tips.count("subscribed at 0.00 s") == 1


def test_subscriptions_that_overlap_lie_on_lines_of_their_own() -> None:
    probes = Probes()
    with probes, marbles() as m:
        turns = m.hot("a-b--------|")
        said = turns.pipe(ops.flat_map(lambda _: m.cold("-x-x-x|").pipe(probe("reply"))))
        m.expect(said).to_be("-x-(xx)-(xx)-x---|")
    (strip,) = probes.picture().strips
    assert [segment.row for segment in strip.segments] == [0, 1]
    assert strip.rows == 2


def test_a_response_ends_where_its_reply_is_cut_off() -> None:
    (strip,) = [
        strip for strip in picture(scripted_call()).strips if strip.name == "language model"
    ]
    ends = {bar.label: (bar.end, bar.tip) for bar in strip.bars}
    assert ends["response 2"][0] < 14.0

    events = [
        Stamped(1.0, ReplyStarted(1)),
        Stamped(1.0, ResponseStarted(1)),
        Stamped(2.5, ReplyEnded(1, "Well", interrupted=True)),
        Stamped(4.0, Turn("no", 2)),
        Stamped(5.0, ResponseStarted(2)),
        Stamped(6.0, ResponseEnded(2, "yes")),
    ]
    bars = [bar for strip in picture(events).strips for bar in strip.bars]
    found = {bar.label: (bar.start, bar.end, bar.tip) for bar in bars}
    assert found["response 1"] == (1.0, 2.5, "response 1, 0:01.0 to 0:02.5: cut off")
    assert found["response 2"][:2] == (5.0, 6.0)


def test_a_bar_ends_with_the_subscription_that_it_came_in() -> None:
    items = {"a": ResponseStarted(1), "b": ResponseStarted(2)}
    probes = Probes()
    with probes, marbles() as m:
        turns = m.hot("x-----y--|")
        replies = {"x": m.cold("a-|", items), "y": m.cold("b-|", items)}
        told = turns.pipe(ops.switch_map(lambda turn: replies[turn].pipe(probe("reply"))))
        m.expect(told).to_be("a-----b--|", items)
    (strip,) = probes.picture().strips
    assert [(round(bar.start, 6), round(bar.end, 6)) for bar in strip.bars] == [
        (0.0, 0.04),
        (0.12, 0.16),
    ]


def test_what_began_before_the_picture_is_in_it_as_long_as_it_lasts() -> None:
    told: list[tuple[float, Event]] = [
        (1.0, ReplyStarted(1)),
        (2.0, ResponseStarted(1)),
        (3.0, ResponseEnded(1, "yes")),
        (4.0, UserMuted(True)),
        (6.0, ReplyEnded(1, "yes", interrupted=False)),
        (8.0, Token("a")),
    ]

    async def main() -> Probes:
        with Probes() as probes:
            timed = [rx.timer(at).pipe(ops.map(lambda _, item=item: item)) for at, item in told]
            await run(rx.merge(*timed).pipe(probe("events")))
        return probes

    probes = run_virtual(main())

    def bars(start: float) -> dict[str, tuple[float, float]]:
        strips = probes.picture(start=start).strips
        found = [bar for strip in strips for bar in strip.bars]
        return {bar.label: (round(bar.start, 6), round(bar.end, 6)) for bar in found}

    assert bars(5.0) == {"reply 1": (1.0, 6.0), "muted": (4.0, 8.0)}
    assert bars(7.0) == {"muted": (4.0, 8.0)}
    assert set(bars(0.0)) == {"reply 1", "response 1", "muted"}


def test_a_measure_leaves_the_room_to_what_is_said() -> None:
    words = [Stamped(1.0 + index * 0.2, Word(f"word{index}", 0, 0)) for index in range(12)]
    events = [Stamped(1.0, Usage("llm", 120, 12)), Stamped(1.0, Metric("tts", "ttfb", 0.2)), *words]
    texts = [text.text for text in read(picture(events).svg).texts]
    assert {f"word{index}" for index in range(12)} <= {*" ".join(texts).split()}
    drawn = read(picture(events[:1]).svg)
    assert "llm used 132 tokens" in [text.text for text in drawn.texts]


def test_conditions_are_bars() -> None:
    with Probes() as probes, marbles() as m:
        values = {"t": True, "f": False}
        m.expect(m.hot("-t-t-f--t-|", values).pipe(probe("speaks"))).to_be("-t-t-f--t-|", values)
    (strip,) = probes.picture().strips
    bars = [(round(bar.start, 6), round(bar.end, 6)) for bar in strip.bars]
    assert bars == [(0.02, 0.1), (0.16, 0.2)]


def test_audio_ends_where_its_stream_is_cut_off() -> None:
    loud = np.full(16_000, 9000, np.int16)

    async def main() -> Probes:
        with Probes() as probes:
            voice = rx.concat(rx.of(AudioFrame(loud, 16_000)), rx.never())
            await run(voice.pipe(probe("voice"), ops.take_until(rx.timer(0.25))))
        return probes

    (sound,) = run_virtual(main()).picture().strips[0].sounds
    assert (sound.start, sound.shown, sound.end) == (0.0, 0.25, 1.0)
    assert len(sound.levels) == 13


def test_a_recording_that_comes_at_once_is_drawn_to_its_end() -> None:
    second = AudioFrame(np.full(16_000, 900, np.int16), 16_000)

    async def main() -> Probes:
        with Probes() as probes:
            await run(rx.from_iterable([second] * 100).pipe(probe("recording")))
        return probes

    drawn = run_virtual(main()).picture()
    assert drawn.frame.end == pytest.approx(100.0)
    assert drawn.strips[0].sounds[0].shown == pytest.approx(100.0)


def test_a_tape_shows_what_entered_above_what_left(tmp_path: Path) -> None:
    call = held(tmp_path / "call.rxv", "[--]'hello' 2s", llm=["I am the assistant."])
    drawn = picture(read_tape(tmp_path / "call.rxv"))
    lanes = [strip.name for strip in drawn.strips if not strip.inner]
    assert lanes[-1] == "out"
    assert all(name.startswith("in: ") for name in lanes[:-1])
    assert len(lanes) > 1
    assert_readable(read(drawn.svg))
    assert "hello" in drawn.svg
    assert call.history[0] == "user: hello"
    assert picture(str(tmp_path / "call.rxv")).svg == drawn.svg


def test_a_call_that_goes_on_is_drawn_in_another_thread() -> None:
    """As servers do; what is told meanwhile disturbs nothing."""
    probes = Probes()
    begun, over = threading.Event(), threading.Event()

    async def call() -> None:
        teller = probes.lane("events", 0, LoopScheduler(asyncio.get_running_loop()))
        while not over.is_set():
            teller("^", None)
            teller("next", Token("a"))
            teller("!", None)
            begun.set()

    going = threading.Thread(target=asyncio.run, args=(call(),))
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        going.start()
        begun.wait()
        assert all(probes.notes()["events"] for _ in range(300))
    finally:
        over.set()
        going.join()
        sys.setswitchinterval(before)


def test_several_streams_by_name() -> None:
    lanes = {
        "one": [Stamped(0.5, Transcript("Hello.", is_final=True))],
        "two": [Stamped(0.7, Transcript("Hallo.", is_final=True))],
    }
    assert names(read(picture(lanes).svg)) == ["one", "two"]


@pytest.mark.parametrize("width", [480, 1080])
def test_long_names_are_cut_in_their_middle_and_told_by_tooltips(width: float) -> None:
    lanes = {
        f"what comes out of the agent of the city library: {end}": [Stamped(1.0, Token("a"))]
        for end in ("audio", "texts", "日本語", "نص")
    }
    drawn = read(picture(lanes, width=width).svg)
    assert_readable(drawn)
    found = names(drawn)
    assert len(set(found)) == len(lanes)
    for name, shown in zip(lanes, found, strict=True):
        start, _, end = shown.partition("…")
        assert name.startswith(start)
        assert name.endswith(end)
        assert end
        assert name in drawn.tips


def test_no_text_gets_out_of_its_place() -> None:
    events = [Stamped(1.0 + at, Transcript(HOSTILE, is_final=True)) for at in range(3)]
    drawn = picture(
        {HOSTILE: events, "faults": [Stamped(1.0, Fault("llm", HOSTILE))]}, title=HOSTILE
    )
    assert_readable(read(drawn.svg))
    assert "<svg onload" not in drawn.svg
    assert "<svg onload" not in drawn.html
    assert drawn.html.count("</script>") == 1


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the list of naughty strings is not here")
def test_naughty_strings_stay_in_their_places() -> None:
    strings: list[str] = json.loads(NAUGHTY.read_text())
    events = [Stamped(at * 0.5, Transcript(each, True)) for at, each in enumerate(strings)]
    drawn = picture(events)
    ElementTree.fromstring(drawn.svg)
    assert drawn.html.count("</script>") == 1


def test_ten_thousand_items_take_bounded_size() -> None:
    drawn = picture(many(10_000))
    assert len(drawn.svg) < 1_500_000
    assert len(drawn.html) < 5_000_000


def test_fifty_thousand_items_are_no_larger() -> None:
    drawn = picture(many(50_000))
    assert len(drawn.svg) < 1_500_000
    assert len(drawn.html) < 6_000_000


def test_the_sound_of_a_page_is_bounded() -> None:
    second = AudioFrame(np.full(16_000, 900, np.int16), 16_000)
    events: list[Stamped] = [Stamped(float(at), second) for at in range(600)]
    events += [Stamped(700.0 + at, second) for at in range(100)]
    assert len(picture(events).html) < 5_000_000


def test_a_picture_stands_alone() -> None:
    drawn = picture(scripted_call(), title="A call")
    for text in (drawn.svg, drawn.html):
        rest = text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\((?!#)", rest)


def test_files_are_written(tmp_path: Path) -> None:
    drawn = picture(scripted_call())
    drawn.save(tmp_path / "call.svg")
    drawn.save(tmp_path / "call.html")
    assert (tmp_path / "call.svg").read_text() == drawn.svg
    assert drawn.html in (tmp_path / "call.html").read_text()
    with pytest.raises(ValueError, match="must end in"):
        drawn.save(tmp_path / "call.png")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"width": 100.0}, "width"),
        ({"row": 0.0}, "row"),
        ({"start": float("nan")}, "start"),
        ({"start": 2.0, "end": 1.0}, "end must not be before start"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        picture(scripted_call(), **options)


def test_times_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        picture([Stamped(float("inf"), Token("a"))])


def test_nothing_at_all_is_a_picture_too() -> None:
    nothing: list[Stamped] = []
    assert_readable(read(picture(nothing).svg))
    assert_readable(read(Probes().svg()))


def test_a_failing_test_shows_what_probes_told() -> None:
    def body(m: Marbles) -> None:
        doubled = m.hot("-a-b|").pipe(probe("before"), ops.map(lambda x: x * 2))
        m.expect(doubled).to_be("-a-b|")

    shown = failing(body)
    assert "before (probe): 0 s subscribed, 0.02 s a, 0.06 s b, 0.08 s ends unsubscribed" in shown


def test_a_failing_conversation_shows_what_probes_told() -> None:
    call = conversation(lambda: probe("heard"), user="[-]'hello'-")
    drawn = read(call.svg())
    assert "heard" in [text.text for text in drawn.texts]
    assert_readable(drawn)

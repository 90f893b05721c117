"""Turns from marks and transcripts in all orders: known cases, and laws."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.items import (
    Event,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators import aggregate_turn, stop_after_silence
from rxvoice.testing import OnNext, marbles

CASES = Path(__file__).parents[3] / "shared/data/cases/turn_orderings.json"
SAID = {
    "i": Transcript("so", False),
    "t": Transcript("so far", True),
    "f": Transcript("done", True, True),
    "n": Transcript("", True, True),
    "m": Transcript("", False),
}


def cases() -> list[Any]:
    if not CASES.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(CASES.read_text())["cases"]
    return [pytest.param(case, id=case["id"]) for case in found]


def turns_of(events: list[tuple[float, Event]], **options: float) -> list[tuple[float, Event]]:
    """Return when which turn marks came."""
    letters = {chr(0x4E00 + index): item for index, (_, item) in enumerate(events)}
    diagram, now = "", 0.0
    for letter, (at, _) in zip(letters, events, strict=True):
        pause = round(at - now, 6)
        diagram += f" {round(pause * 1000)}ms {letter}" if pause > 0.0 else letter
        now = max(at, now) + 0.001
    stop = stop_after_silence(**options)
    with marbles(0.001) as m:
        log = m.record(m.hot(diagram, letters).pipe(aggregate_turn(stop=stop)))
    found = [(at, note.value) for at, note in log if isinstance(note, OnNext)]
    return [(at, item) for at, item in found if isinstance(item, TurnStarted | Turn | TurnDropped)]


@pytest.mark.parametrize("case", cases())
def test_known_orders_of_marks_and_transcripts_give_the_turns_that_are_right(
    case: dict[str, Any],
) -> None:
    """TU01, TU08 to TU11: cases from the field."""
    events: list[tuple[float, Event]] = []
    for at, kind, *rest in case["events"]:
        final = rest[1:] == ["final"]
        item: dict[str, Event] = {
            "S": SpeechStarted(at),
            "E": SpeechStopped(at),
            "I": Transcript(*rest[:1] or [""], is_final=False),
            "T": Transcript(*rest[:1] or [""], is_final=True, is_finalized=final),
        }
        events.append((at, item[kind]))
    expect = case["expect"]
    turns = [
        (at, turn)
        for at, turn in turns_of(events, min_delay=0.1, latency=case.get("stt_timeout", 0.0))
        if isinstance(turn, Turn)
    ]
    late = expect.get("late_ok", 0.005)
    for (at, turn), (wanted, texts) in zip(turns, expect.get("turns", turns), strict=True):
        if not isinstance(texts, list):
            break
        assert [transcript.text for transcript in turn.transcripts] == texts
        assert wanted - 1e-6 <= at <= wanted + late
    assert len(turns) <= expect.get("turn_count_at_most", len(turns))
    assert all(at >= expect.get("none_before", 0.0) for at, _ in turns)
    if "second_turn_not_before" in expect:
        at, turn = turns[-1]
        assert turn.text == case["events"][-2][2]
        assert at >= expect["second_turn_not_before"]


Script = list[tuple[float, Event]]
LATE: dict[str, tuple[Script, list[tuple[float, str]]]] = {
    "after the turn": (
        [
            (0.0, SpeechStarted(0.0, 0.2)),
            (1.0, Transcript("Hello!", True)),
            (2.0, SpeechStopped(2.0, 0.2)),
            (3.0, Transcript("Is that you?", True, True, end=1.8)),
        ],
        [(2.8, "Hello!"), (3.6, "Is that you?")],
    ),
    "when the next turn has begun": (
        [
            (0.0, SpeechStarted(0.0, 0.2)),
            (1.0, Transcript("Hello!", True)),
            (2.0, SpeechStopped(2.0, 0.2)),
            (3.0, SpeechStarted(3.0, 0.2)),
            (3.1, Transcript("Is that you?", True, True, end=1.8)),
            (5.0, SpeechStopped(5.0, 0.2)),
            (5.7, Transcript("How are you?", True)),
        ],
        [(2.8, "Hello!"), (5.8, "Is that you? How are you?")],
    ),
    "when the next turn is about to stop": (
        [
            (0.0, SpeechStarted(0.0, 0.2)),
            (1.0, Transcript("Hello!", True)),
            (2.0, SpeechStopped(2.0, 0.2)),
            (3.0, SpeechStarted(3.0, 0.2)),
            (4.0, SpeechStopped(4.0, 0.2)),
            (4.1, Transcript("Is that you?", True, True, end=1.8)),
            (4.7, Transcript("How are you?", True)),
        ],
        [(2.8, "Hello!"), (4.8, "Is that you? How are you?")],
    ),
    "twice": (
        [
            (0.0, SpeechStarted(0.0, 0.2)),
            (1.0, SpeechStopped(1.0, 0.2)),
            (9.0, Transcript("Hello!", True)),
            (9.1, Transcript("Is that you?", True)),
        ],
        [(9.7, "Hello! Is that you?")],
    ),
}


@pytest.mark.parametrize("name", LATE)
def test_late_transcripts_are_neither_lost_nor_answered_twice_nor_stop_a_turn_early(
    name: str,
) -> None:
    """TU01, TU09, TU10, TU16: they are in one turn, which stops when it would have anyway."""
    events, wanted = LATE[name]
    turns = [(at, turn.text) for at, turn in turns_of(events) if isinstance(turn, Turn)]
    assert turns == [(pytest.approx(at, abs=0.002), text) for at, text in wanted]


@given(st.lists(st.tuples(st.sampled_from("SEitfnm"), st.integers(0, 12)), max_size=25))
def test_every_turn_starts_and_stops_once_and_no_text_is_lost_or_repeated(
    script: list[tuple[str, int]],
) -> None:
    """TU01, TU24: whatever comes, at any time."""
    heard, said, interim = "", "", ""
    for letter, pause in script:
        heard += letter + "-" * pause
        if letter in "tf":
            said, interim = f"{said} {SAID[letter].text}", ""
        elif letter in "inm":
            interim = SAID[letter].text
    values: dict[str, Event] = {**SAID, "S": SpeechStarted(1.0), "E": SpeechStopped(2.0)}
    with marbles(0.1) as m:
        log = m.record(m.hot(heard + "|", values).pipe(aggregate_turn()))
    items = [note.value for _, note in log if isinstance(note, OnNext)]
    marks = [item for item in items if isinstance(item, TurnStarted | Turn | TurnDropped)]
    assert [type(mark) is TurnStarted for mark in marks] == [True, False] * (len(marks) // 2)
    assert [mark.number for mark in marks] == [1 + index // 2 for index in range(len(marks))]
    text = " ".join(mark.text for mark in marks if isinstance(mark, Turn)).split()
    flushed = isinstance(marks[-1], Turn) and marks[-1].reason == "flush" if marks else False
    assert text in (said.split(), f"{said} {interim}".split() if flushed else said.split())
    assert [item for item in items if item not in marks] == [values[letter] for letter, _ in script]


@given(st.lists(st.tuples(st.sampled_from("SEitfnm"), st.integers(0, 12)), max_size=25))
def test_no_turn_stops_while_the_user_speaks(script: list[tuple[str, int]]) -> None:
    """TU08: but for the end of the stream."""
    values: dict[str, Event] = {**SAID, "S": SpeechStarted(1.0), "E": SpeechStopped(2.0)}
    heard = "".join(letter + "-" * pause for letter, pause in script)
    with marbles(0.1) as m:
        log = m.record(m.hot(heard, values).pipe(aggregate_turn()))
    speaking = False
    for _, note in log:
        item = note.value if isinstance(note, OnNext) else None
        if isinstance(item, SpeechStarted | SpeechStopped):
            speaking = isinstance(item, SpeechStarted)
        assert not (speaking and isinstance(item, Turn | TurnDropped))

"""The stop strategy that asks what a turn sounds like and what it says, and waits accordingly.

Signs and columns are those of `test_stop_at_end_of_turn`; besides, ``e`` is a guess that the turn
is about to stop. Sound and words that both say 0.9 make .94 (``z``), 0.9 and 0.1 make .16 (``l``),
0.1 and 0.9 make .79 (``h``).
"""

import asyncio
from typing import Any

import pytest

from rxvoice.aio import in_thread
from rxvoice.items import EagerStop, Fault, Metric, Transcript
from rxvoice.operators import stop_at_end_of_turn
from rxvoice.operators._judgement import combined, in_one
from rxvoice.testing import marbles
from tests.operators.test_stop_at_end_of_turn import ITEMS, NO, TICK, YES, Model, stopping

DELAYS = ((0.9, 0.5), (0.5, 1.0))
VALUES: dict[str, Any] = {
    **ITEMS,
    "u": Transcript("hallo you", True, True),
    "e": EagerStop("end_of_turn"),
    "z": Metric("end_of_turn", "probability", combined(YES, YES)),
    "l": Metric("end_of_turn", "probability", combined(YES, NO)),
    "h": Metric("end_of_turn", "probability", combined(NO, YES)),
    "Y": Metric("end_of_turn", "probability", 0.95),
    "r": Fault("end_of_turn", "the reader of the text failed: boom"),
}


class Reader:
    """Judges texts by a table; what is not in it is complete."""

    def __init__(self, cost: float = 0.1, **judgements: float | Exception) -> None:
        self.read: list[str] = []
        self.cancelled = 0
        self._judgements = judgements
        self._cost = cost

    async def __call__(self, text: str) -> float:
        self.read.append(text)
        try:
            await in_thread(lambda: None, cost=self._cost)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        judgement = self._judgements.get(text, YES)
        if isinstance(judgement, Exception):
            raise judgement
        return judgement


def check(heard: str, model: Model, expected: str, **options: Any) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, VALUES).pipe(stopping(model, **options))).to_be(expected, VALUES)


def test_tu13_words_and_sound_are_one_probability() -> None:
    check("S-fE", Model(YES), "----(z x|)", text=Reader())
    check("S-fE", Model(NO), "----(h x|)", text=Reader())
    check("S-fE", Model(YES), "----l 2600ms (x|)", text=Reader(hallo=NO))


def test_tu13_a_text_that_comes_in_the_silence_is_judged_before_the_turn_stops() -> None:
    """The model alone is asked as long as there are no words."""
    reader = Reader()
    check("S--E--f", Model(YES), "----y--(z x|)", text=reader)
    assert reader.read == ["hallo"]
    check("S--E--f", Model(YES), "----y--l 2300ms (x|)", text=Reader(hallo=NO))


def test_tu13_a_text_that_changes_is_judged_anew() -> None:
    """And what was said of the old one is void."""
    reader = Reader(hal=NO)
    check("S-iE-f", Model(YES), "----l-(z x|)", text=reader)
    assert reader.read == ["hal", "hallo"]
    slow = Reader(0.4, hal=NO)
    check("S-iE-f", Model(YES), "---------(z x|)", text=slow)
    assert slow.cancelled == 1


def test_tu13_the_same_text_is_not_judged_twice() -> None:
    reader = Reader(hal=NO)
    check("S-iE-i", Model(YES), "----l", text=reader)
    assert reader.read == ["hal"]


def test_tu13_speech_that_resumes_withdraws_what_was_asked_about_the_words() -> None:
    reader = Reader(0.3)
    check("S-fE-S", Model(YES), "", text=reader)
    assert reader.cancelled == 1


def test_tu13_the_longest_silence_does_not_wait_for_a_reader() -> None:
    check("S-fE", Model(YES), "3100ms (x|)", text=Reader(60.0))


def test_tu13_a_reader_that_raises_gives_a_fault_and_the_sound_decides() -> None:
    check("S-fE", Model(YES), "----(r y x|)", text=Reader(hallo=ValueError("boom")))
    check("S-fE", Model(NO), "----(r n) 2600ms (x|)", text=Reader(hallo=ValueError("boom")))


def test_tu13_a_model_that_raises_gives_a_fault_and_the_words_decide() -> None:
    failed = {**VALUES, "p": Metric("end_of_turn", "probability", NO)}
    with marbles(TICK) as m:
        stopped = m.hot("S-fE", VALUES).pipe(
            stopping(Model(ValueError("boom")), text=Reader(hallo=NO))
        )
        m.expect(stopped).to_be("----(w p) 2600ms (x|)", failed)


def test_tu13_the_surer_the_sooner() -> None:
    """Delays count from the real end of the speech, 0.2 s before the stop."""
    check("S-fE", Model(0.95), "----(Y e)-(x|)", delays=DELAYS)
    check("S-fE", Model(YES), "----(y e)-(x|)", delays=DELAYS)
    check("S-fE", Model(YES), "----(y e) 600ms (x|)", delays=((0.95, 0.5), (0.5, 1.0)))
    check("S-fE", Model(NO), "----n 2600ms (x|)", delays=DELAYS)
    check("S-fE", Model(YES), "----(y x|)", delays=((0.9, 0.3),))


def test_tu13_no_delay_is_longer_than_the_longest_silence() -> None:
    check("S-fE", Model(YES), "----(y e)-(x|)", delays=((0.5, 9.0),), max_delay=0.5)


def test_tu13_words_that_come_in_the_silence_change_the_delay() -> None:
    """From half a second to three, and back."""
    check("S--E-f", Model(YES), "----y-l 2400ms (x|)", delays=DELAYS, text=Reader(hallo=NO))
    reader = Reader(hal=NO)
    check("S-iE-f", Model(YES), "----l-(z x|)", delays=DELAYS, text=reader)


def test_tu13_a_turn_does_not_stop_without_its_text_however_long_the_silence() -> None:
    check("S--E-----f", Model(YES), "----y----(x|)", delays=DELAYS)


def test_tu13_one_may_think_ahead_once_only_the_silence_is_missing() -> None:
    """Not while more text may come, not twice for one silence, not when it is improbable."""
    check("S-tE", Model(YES), "----y 600ms (x|)", delays=DELAYS)
    check("S--E-f", Model(YES), "----ye(x|)", delays=DELAYS)
    check("S-fE-S-fE", Model(YES), "----(y e)----(y e)-(x|)", delays=DELAYS)


def test_tu13_a_guess_needs_the_threshold() -> None:
    unsure = {**VALUES, "p": Metric("end_of_turn", "probability", 0.6)}
    for threshold, expected in ((0.6, "----(p e) 600ms (x|)"), (0.7, "----p 600ms (x|)")):
        with marbles(TICK) as m:
            stop = stopping(Model(0.6), delays=DELAYS, threshold=threshold)
            m.expect(m.hot("S-fE", VALUES).pipe(stop)).to_be(expected, unsure)


def test_tu13_speech_that_resumes_stops_the_delay() -> None:
    check("S-fE-S 5s", Model(YES), "----(y e)", delays=DELAYS)


def test_tu13_two_subscribers_read_independently() -> None:
    reader = Reader()
    with marbles(TICK) as m:
        stopped = m.hot("S-f-E", VALUES).pipe(stopping(Model(YES), text=reader))
        m.expect(stopped).to_be("-----(z x|)", VALUES)
        m.expect(stopped, "---^").to_be("-----y", VALUES)
    assert reader.read == ["hallo"]


def test_tu13_unsubscribing_withdraws_what_was_asked_about_the_words() -> None:
    reader = Reader(9.0)
    with marbles(TICK) as m:
        stopped = m.hot("S-fE", VALUES).pipe(stopping(Model(YES, cost=9.0), text=reader))
        m.expect(stopped, "^----!").to_be("", VALUES)
    assert reader.cancelled == 1


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([], ""),
        (["", ""], ""),
        (["He was not.", "An old man."], "He was not an old man."),
        (["He was not,", "", "An old man"], "He was not, an old man"),
        (["Is it?", "I hope.", "I'm sure."], "Is it? I hope I'm sure."),
        (["Call the.", "FBI now."], "Call the FBI now."),
        (["Call.", "McDonald"], "Call McDonald"),
    ],
)
def test_tu13_the_pieces_of_a_turn_are_read_as_one_sentence(pieces: list[str], text: str) -> None:
    assert in_one(pieces) == text


def test_tu13_words_weigh_more_than_sound_and_neither_counts_as_certain() -> None:
    assert combined(0.5, 0.5) == pytest.approx(0.458, abs=1e-3)
    assert combined(0.9, 0.1) < 0.5 < combined(0.1, 0.9)
    assert 0.0 < combined(0.0, 0.0) < 0.001
    assert 0.999 < combined(1.0, 1.0) < 1.0


@pytest.mark.parametrize(
    "delays",
    [
        ((1.5, 0.5),),
        ((0.5, -1.0),),
        ((0.5, float("inf")),),
        ((0.5, 0.5), (0.6, 1.0)),
        ((0.5, 1.0), (0.4, 0.5)),
    ],
)
def test_tu13_delays_out_of_order_are_refused_at_the_call(
    delays: tuple[tuple[float, float], ...],
) -> None:
    with pytest.raises(ValueError, match="delays"):
        stop_at_end_of_turn(Model(YES), delays=delays)

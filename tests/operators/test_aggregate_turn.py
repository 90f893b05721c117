"""Turns, with the default strategies; see also test_aggregate_turn_strategies.

``S`` speech starts, ``E`` it stops, ``i`` an interim transcript, ``t`` and ``u`` final ones, ``f``
a finalised one, ``n`` a finalised blank one, ``a`` audio, ``k`` something else.
``1`` and ``2`` say that a turn starts; capital letters that it stops: ``T`` and ``U`` with the text
of ``t`` and ``u``, ``B`` with both, ``I`` with the interim one, ``D`` that it is dropped.
One column is 0.1 s.
"""

from typing import Any, assert_type

from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.contracts import Operator
from rxvoice.items import (
    Dtmf,
    Event,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators import aggregate_turn
from rxvoice.testing import OnCompleted, OnNext, approx, like, marbles
from tests.operators.fakes import sound

TICK = 0.1
T, U = Transcript("hallo", True, end=2.5), Transcript("world", True, end=2.7)
INTERIM = Transcript("hal", False, language="en", end=2.4)
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "o": SpeechOngoing(2.0),
    "i": INTERIM,
    "t": T,
    "u": U,
    "f": Transcript("hallo", True, True, end=2.5),
    "n": Transcript("", True, True),
    "b": Transcript("", False),
    "a": sound("s"),
    "k": Dtmf("1"),
    "1": like(TurnStarted, number=1),
    "2": like(TurnStarted, number=2),
    "T": like(Turn, text="hallo"),
    "U": like(Turn, text="world"),
    "B": like(Turn, text="hallo world", transcripts=(T, U)),
    "I": like(Turn, text="hal"),
    "D": like(TurnDropped),
}


def check(heard: str, expected: str) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, ITEMS).pipe(aggregate_turn())).to_be(expected, ITEMS)


def test_a_turn_starts_once_and_stops_once() -> None:
    """TU01: with all that was said; speech that resumes belongs to it."""
    with marbles(TICK) as m:
        heard = m.hot("S-t-E-S-uE----------|", ITEMS)
        m.expect(heard.pipe(aggregate_turn())).to_be("(S 1)-t-E-S-uE-------B--|", ITEMS)
        m.expect_subscriptions(heard, "^-------------------!")


def test_voice_activity_starts_a_turn() -> None:
    """TU02: before anything was recognised."""
    with marbles(TICK) as m:
        m.expect(m.hot("S", ITEMS).pipe(aggregate_turn())).to_be(
            "(S x)", {**ITEMS, "x": TurnStarted(1, 1.0, "speech")}
        )


def test_a_transcript_starts_a_turn_that_voice_activity_missed() -> None:
    """TU03, TU11: interim or final; it stops when no more came for a while."""
    check("i-t------|", "(i 1)-t-----T|")
    with marbles(TICK) as m:
        m.expect(m.hot("t--u", ITEMS).pipe(aggregate_turn())).to_be(
            "(t x)--u-----B", {**ITEMS, "x": like(TurnStarted, number=1, reason="transcript")}
        )


def test_blank_text_starts_no_turn() -> None:
    """TU03: nothing was said."""
    check("n-b-E-n", "n-b-E-n")


def test_turns_are_counted() -> None:
    """TU01: from 1, those that come to nothing included."""
    check("S-fE---------S-uE---------|", "(S 1)-fE-----T---(S 2)-uE-------U-|")
    check("S-nE---------S-uE---------|", "(S 1)-nE-----D---(S 2)-uE-------U-|")


def test_a_turn_without_text_is_dropped() -> None:
    """TU01: a cough; the recogniser says that nothing was said."""
    with marbles(TICK) as m:
        m.expect(m.hot("S-E--n", ITEMS).pipe(aggregate_turn())).to_be(
            "(S 1)-E--n--d", {**ITEMS, "d": TurnDropped(1, "no text")}
        )


def test_a_late_transcript_ends_the_turn_at_once() -> None:
    """TU10: both timers have run out."""
    check("S-E 2s t", "(S 1)-E 2s (t T)")


def test_a_transcript_that_is_too_late_is_a_turn_of_its_own() -> None:
    """TU01, TU03: it is not added to the next one, nor does it stop the next one early."""
    check("S-fE 1s u", "(S 1)-fE 500ms T 400ms (u 2) 500ms U")


def test_nothing_leaks_from_one_turn_into_the_next() -> None:
    """TU01: neither text, nor an interim, nor that it was finalised, nor a timer."""
    check("S-fE------S---E 4s |", "(S 1)-fE-----T(S 2)---E 4s (D|)")


def test_audio_ends_here_and_all_else_passes_before_what_it_leads_to() -> None:
    """TU01: in order."""
    check("akSaoatbEna|", "-k(S 1)-o-tbEn-(T|)")


def test_the_end_of_the_source_flushes_the_open_turn_once() -> None:
    """TU24: with its reason; a turn without any text is dropped."""
    check("S-t|", "(S 1)-t(T|)")
    check("S-tE|", "(S 1)-tE(T|)")
    check("S-t#", "(S 1)-t(T#)")
    check("S--|", "(S 1)--(D|)")
    check("S--#", "(S 1)--(D#)")
    with marbles(TICK) as m:
        flushed = m.hot("t|", ITEMS).pipe(aggregate_turn(), ops.last())
        m.expect(flushed).to_be("-(x|)", {"x": like(Turn, text="hallo", reason="flush")})


def test_a_turn_that_has_stopped_is_not_flushed_again() -> None:
    """TU24: once."""
    check("S-fE--------|", "(S 1)-fE-----T--|")
    check("|", "|")
    check("#", "#")


def test_the_flush_takes_the_last_interim_along() -> None:
    """TU24: unless a final transcript has replaced it; it is kept as it is."""
    check("S-i|", "(S 1)-i(I|)")
    check("S-it|", "(S 1)-it(T|)")
    check("S-in|", "(S 1)-in(D|)")
    check("S-ib|", "(S 1)-ib(D|)")
    with marbles(TICK) as m:
        m.expect(m.hot("S-ti|", ITEMS).pipe(aggregate_turn(), ops.last())).to_be(
            "----(x|)", {"x": like(Turn, text="hallo hal", transcripts=(T, INTERIM))}
        )


def test_a_stop_leaves_the_interim_out() -> None:
    """TU01, CX10: a turn is made of final transcripts; all of them pass."""
    check("S-tiE", "(S 1)-tiE-------T")


def test_unsubscribing_emits_nothing() -> None:
    """TU24: nobody listens; no timer is left."""
    with marbles(TICK) as m:
        heard = m.hot("S-fE", ITEMS)
        m.expect(heard.pipe(aggregate_turn()), "^----!").to_be("(S 1)-fE", ITEMS)
        m.expect_subscriptions(heard, "^----!")


def test_never_stays_so() -> None:
    """TU01: no turn."""
    with marbles(TICK) as m:
        never = m.cold("-", ITEMS)
        m.expect(never.pipe(aggregate_turn()), "^----!").to_be("")
        m.expect_subscriptions(never, "^----!")


def test_two_subscribers_have_turns_of_their_own() -> None:
    """TU01: state belongs to a subscription."""
    with marbles(TICK) as m:
        turns = m.hot("S-fE-------S-t", ITEMS).pipe(aggregate_turn())
        m.expect(turns).to_be("(S 1)-fE-----T-(S 2)-t", ITEMS)
        m.expect(turns, "----^").to_be("-----------(S 1)-t", ITEMS)


def test_a_turn_says_when_it_stopped_and_when_the_user_did() -> None:
    """TU08: on the source's clock, which goes on with the session's while nothing comes."""
    with marbles(TICK) as m:
        turn = m.hot("S-fE 1s u", ITEMS).pipe(
            aggregate_turn(), ops.filter(lambda item: isinstance(item, Turn))
        )
        first = Turn("hallo", 1, 3.6, 2.8, "silence", (ITEMS["f"],))
        second = Turn("world", 2, 4.7, 2.7, "silence", (U,))
        m.expect(turn).to_be_items([(0.9, approx(first)), (2.0, approx(second))])


def test_a_turn_follows_the_source_when_its_clock_jumps_back() -> None:
    """TU01: what counts is the last that was heard, not the latest time ever."""
    again = {**ITEMS, "a": sound("s", pts=500.0)}
    with marbles(TICK) as m:
        marks = m.hot("aS-fE", again).pipe(
            aggregate_turn(), ops.filter(lambda item: isinstance(item, TurnStarted | Turn))
        )
        m.expect(marks).to_be_items(
            [(0.1, TurnStarted(1, 1.0, "speech")), (1.0, like(Turn, pts=approx(3.6)))]
        )


def test_without_voice_activity_the_speech_ended_with_its_transcript() -> None:
    """TU11: or, when that has no time, when the turn did; never with the turn before."""
    undated = Transcript("hallo", True)
    with marbles(TICK) as m:
        turn = m.hot("S-fE 1s v------|", {**ITEMS, "v": undated}).pipe(
            aggregate_turn(), ops.filter(lambda item: isinstance(item, Turn)), ops.last()
        )
        expected = Turn("hallo", 2, 4.7, 4.7, "silence", (undated,))
        m.expect(turn).to_be_items([(2.1, approx(expected))])


def test_a_turn_may_lead_to_the_next_item_of_the_source() -> None:
    """TU01: feedback from inside of an item; what it starts is the next turn."""
    source: Subject[Any] = Subject()
    out: list[Any] = []

    def react(item: Any) -> None:
        out.append(type(item).__name__)
        if isinstance(item, Turn) and item.number == 1:
            source.on_next(ITEMS["S"])

    with marbles(TICK) as m:
        turns = source.pipe(aggregate_turn())
        m.at(0.0, lambda: turns.subscribe(react, scheduler=m.scheduler))
        for at, letter in ((0.1, "S"), (0.2, "f"), (0.3, "E")):
            m.at(at, lambda letter=letter: source.on_next(ITEMS[letter]))
        m.at(2.0, source.on_completed)
    assert out == [
        *("SpeechStarted", "TurnStarted", "Transcript", "SpeechStopped", "Turn"),
        *("SpeechStarted", "TurnStarted", "TurnDropped"),
    ]


def test_its_type_is_an_operator_of_events() -> None:
    """TU01: types are kept."""
    assert_type(aggregate_turn(), Operator[Event, Event])


def test_it_takes_a_source_that_emits_while_it_is_being_subscribed() -> None:
    """TU24: everything at one instant, and the end."""
    with marbles(TICK) as m:
        log = m.record(m.cold("(S t E u |)", ITEMS).pipe(aggregate_turn()))
    assert isinstance(log[-2][1], OnNext)
    assert log[-2][1].value.text == "hallo world"
    assert log[-1] == (0.0, OnCompleted())


def test_cx13_transcripts_are_joined_by_one_blank_where_neither_has_one() -> None:
    said = {
        "t": Transcript("one ", True),
        "u": Transcript("two", True),
        "v": Transcript(" x", True),
    }
    with marbles(TICK) as m:
        turns = m.hot("S-t-E-S-u-v-uE----------|", {**ITEMS, **said}).pipe(
            aggregate_turn(), ops.filter(lambda item: isinstance(item, Turn))
        )
        values = {"T": like(Turn, text="one two x two")}
        m.expect(turns).to_be("---------------------T--|", values)

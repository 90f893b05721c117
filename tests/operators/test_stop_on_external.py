"""The stop strategy that others decide for, and the key that is held down.

``U`` and ``V``: the user takes the floor and gives it back, ``P`` and ``R`` the same with a key;
``i`` an interim transcript, ``t`` a final one, ``f`` a finalised one, ``m`` and ``n`` blank ones
(interim, finalised), ``x`` the turn may stop. One column is 0.1 s.
"""

import math
from typing import Any, assert_type

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.contracts import Operator, StopStrategy
from rxvoice.items import (
    EagerStop,
    EagerTurn,
    Event,
    Fault,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.operators import (
    aggregate_turn,
    interruptible,
    push_to_talk,
    speculate,
    start_on_external,
    stop_on_external,
)
from rxvoice.testing import OnCompleted, OnNext, anything, like, marbles
from tests.operators.fakes import sound

TICK = 0.1
ITEMS: dict[str, Any] = {
    "U": UserStarted("flux"),
    "V": UserStopped("flux"),
    "P": UserStarted("push_to_talk"),
    "R": UserStopped("push_to_talk"),
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "a": sound("s"),
    "i": Transcript("hal", False),
    "t": Transcript("hallo", True),
    "f": Transcript("hallo", True, True),
    "m": Transcript("", False),
    "n": Transcript("", True, True),
    "x": StopTurn("external"),
    "g": UserStopping("flux"),
    "r": UserResumed("flux"),
    "h": Transcript("hal", True, True),
    "e": EagerStop("external"),
    "G": like(EagerTurn, turn=like(Turn, text="hal", reason="external")),
    "H": like(Turn, text="hal", reason="external"),
    "Q": TurnResumed(1),
    "1": like(TurnStarted, number=1),
    "T": like(Turn, text="hallo", reason="external"),
    "D": like(TurnDropped),
}


def check(heard: str, expected: str, **options: Any) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, ITEMS).pipe(stop_on_external(**options))).to_be(expected, ITEMS)


def test_it_stops_when_the_user_is_said_to_have_stopped_and_there_is_text() -> None:
    """TU15: at once; not because of voice activity."""
    check("UStE--V", "------(x|)")
    check("U-itm-V", "------(x|)")


def test_it_does_not_stop_before_that() -> None:
    """TU15: however final the text is."""
    check("U-f 9s S-E", "")


def test_a_late_transcript_is_awaited_for_half_a_second() -> None:
    """TU15: without text, or while an interim transcript waits for its final one."""
    check("U--V-t", "800ms (x|)")
    check("U-tiV-t", "900ms (x|)")
    check("U--Vt-t--t", "800ms (x|)")


def test_a_finalised_transcript_ends_the_wait() -> None:
    """TU15: nothing more will come; a blank one too, with no text or without an interim one."""
    check("U--V-f", "-----(x|)")
    check("U-tiVn", "-----(x|)")
    check("U--V-n", "-----(x|)")
    check("U-f-V", "----(x|)")


def test_a_later_transcript_ends_the_turn_at_once() -> None:
    """TU15: when the half second is over; an interim one still waits for its final one."""
    check("U--V 2s t", "2400ms (x|)")
    check("U--V 2s i-t", "2600ms (x|)")
    check("U-tiV 2s m", "2500ms (x|)")
    check("U--V 2s i", "")


def test_the_wait_can_be_of_another_length() -> None:
    """TU15: or none."""
    check("U--V-t", "1300ms (x|)", latency=1.0)
    check("U--V-t", "-----(x|)", latency=0.0)


def test_a_user_who_takes_the_floor_again_keeps_it() -> None:
    """TU15: what was finalised before, is no longer all."""
    check("U--VU-t", "")
    check("U--VU-t-V", "--------(x|)")
    check("U-fVU", "---(x|)")
    check("U--V-U-n-V-t", "--------------(x|)")


def test_st20_what_a_recogniser_guesses_is_a_guess() -> None:
    """TU15: each time, also without text, which whoever makes a turn of it looks for."""
    check("U-i-g-r-g-tV", "----e---e--(x|)")
    check("P-i-g-R-t", "1100ms (x|)", source="push_to_talk")


def test_st20_an_eager_turn_is_confirmed_or_taken_back() -> None:
    """What the user goes on to say makes it wrong; so does a recogniser that says so."""
    with marbles(TICK) as m:
        turn = aggregate_turn(start=start_on_external(), stop=stop_on_external())
        m.expect(m.hot("U-i-g--h-V--|", ITEMS).pipe(turn)).to_be("U-i-(g G)--h-(V H)--|", ITEMS)
        m.expect(m.hot("U-i-g--r-g-h-V|", ITEMS).pipe(turn)).to_be(
            "U-i-(g G)--(r Q)-(g G)-h-(V H)|", ITEMS
        )
        m.expect(m.hot("U-i-g--t-V|", ITEMS).pipe(turn)).to_be("U-i-(g G)--(t Q)-(V T)|", ITEMS)
        m.expect(m.hot("U-g-r-t-V|", ITEMS).pipe(turn)).to_be("U-g-r-t-(V T)|", ITEMS)


def test_st20_one_may_think_ahead_on_what_a_recogniser_guesses() -> None:
    """A guess that is taken back costs an answer that nobody hears; another one is there."""
    with marbles(TICK) as m:
        answer = m.cold("--k-k|", {"k": Token("hi")})
        turn = aggregate_turn(
            start=start_on_external(announce=True, interrupts=True), stop=stop_on_external()
        )
        reply = interruptible(speculate(lambda _: answer, act=lambda thought: thought))
        out = m.hot("U-ig-rg---h-V----|", ITEMS).pipe(turn, reply)
        log = m.record(out)
        m.expect_subscriptions(answer, "---^-!", "------^----!")
    tokens = [at for at, note in log if isinstance(note, OnNext) and isinstance(note.value, Token)]
    assert tokens == pytest.approx([1.2, 1.2])


def test_only_one_source_may_count() -> None:
    """TU15: a recogniser does not release the key."""
    check("P-t-V-R", "------(x|)", source="push_to_talk")
    check("P-VU-tR", "------(x|)", source="push_to_talk")


@given(st.text("UVSEitfmna---", max_size=30))
def test_it_keeps_its_laws_whatever_comes(heard: str) -> None:
    """TU15: once, after a stop, with text or the certainty of none, and nothing pending."""
    with marbles(TICK) as m:
        log = m.record(m.hot(heard, ITEMS).pipe(stop_on_external()))
    assert [type(note) for _, note in log] in ([], [OnNext, OnCompleted])
    for at, _ in log:
        before = heard[: round(at / TICK + 1e-6) + 1]
        assert [each for each in before if each in "UV"][-1] == "V"
        assert set(before) & set("tfn")
        said = [each for each in before if each in "itfmn"]
        assert said[-1] != "i"


def test_it_ends_as_the_source_does() -> None:
    """TU15: never, empty, error, unsubscribing; no timer is left."""
    with marbles(TICK) as m:
        stop = stop_on_external()
        source = m.hot("U-V---", ITEMS)
        m.expect(source.pipe(stop), "^--!").to_be("")
        m.expect_subscriptions(source, "^--!")
        m.expect(m.cold("|", ITEMS).pipe(stop)).to_be("|")
        m.expect(m.cold("UV#", ITEMS).pipe(stop)).to_be("--#")


def test_two_subscribers_are_independent() -> None:
    """TU15: the second one did not see the stop."""
    with marbles(TICK) as m:
        stopped = m.hot("U-V-t 2s V", ITEMS).pipe(stop_on_external())
        m.expect(stopped).to_be("700ms (x|)", ITEMS)
        m.expect(stopped, "---^").to_be("2500ms (x|)", ITEMS)


@pytest.mark.parametrize("latency", [-0.1, math.inf, math.nan])
def test_bad_arguments_are_refused_at_the_call(latency: float) -> None:
    """TU15: by name."""
    with pytest.raises(ValueError, match="latency"):
        stop_on_external(latency=latency)


EXTERNAL = aggregate_turn(start=start_on_external(), stop=stop_on_external())
ANNOUNCED = aggregate_turn(
    start=start_on_external(announce=True, interrupts=True), stop=stop_on_external()
)


def test_turns_that_a_recogniser_announces_are_not_announced_again() -> None:
    """TU06, TU15: neither that they start nor that they come to nothing; voice starts none."""
    with marbles(TICK) as m:
        m.expect(m.hot("aUStEV-SE", ITEMS).pipe(EXTERNAL)).to_be("-UStE(V T)-SE", ITEMS)
        m.expect(m.hot("aUSEV-n--", ITEMS).pipe(EXTERNAL)).to_be("-USEV-n--", ITEMS)


def test_push_to_talk_by_press_and_release() -> None:
    """TU06, TU15: the key decides, and not the pause in between."""
    with marbles(TICK) as m:
        talk = push_to_talk(m.hot("--d-----------u", {"d": True, "u": False}))
        out = m.hot("a--S-t-E-------a----f", ITEMS).pipe(talk, ANNOUNCED)
        m.expect(out).to_be(
            "--(U 1)S-t-E------(V T)-----f", {**ITEMS, "U": like(UserStarted), "V": anything}
        )


def test_the_marks_of_a_key_carry_the_time_of_the_audio() -> None:
    """TU06: of what had come by then; repeated reports change nothing."""
    held = {"d": True, "u": False}
    with marbles(TICK) as m:
        keys = m.hot("udd-uu", held)
        audio = m.hot("-a-a", {"a": sound("sssss", pts=1.0)})
        m.expect(audio.pipe(push_to_talk(keys, source="key"))).to_be(
            "-(d a)-au",
            {"a": anything, "d": UserStarted("key", 0.0),
             "u": UserStopped("key", 1.1)},
            any_order=True,
        )  # fmt: skip


@pytest.mark.parametrize(("ending", "shown"), [("|", "V"), ("#", "(V F)")])
def test_a_key_whose_stream_ends_is_released(ending: str, shown: str) -> None:
    """TU06: and when it fails, the conversation goes on."""
    values: dict[str, Any] = {**ITEMS, "d": True, "F": like(Fault, source="push_to_talk")}
    values |= {"U": UserStarted("push_to_talk"), "V": UserStopped("push_to_talk")}
    with marbles(TICK) as m:
        keys = m.hot(f"-d-{ending}", values)
        m.expect(m.hot("----t|", values).pipe(push_to_talk(keys))).to_be(f"-U-{shown}t|", values)


def test_a_key_that_is_held_when_the_source_ends_is_released() -> None:
    """TU06: however that ends; the key is left."""
    values: dict[str, Any] = {**ITEMS, "d": True, "U": UserStarted("push_to_talk")}
    values["V"] = UserStopped("push_to_talk")
    with marbles(TICK) as m:
        for ending in "|#":
            keys = m.hot("-d---", values)
            m.expect(m.hot(f"---{ending}", values).pipe(push_to_talk(keys))).to_be(
                f"-U-(V{ending})", values
            )
            m.expect_subscriptions(keys, "^--!")


def test_unsubscribing_and_two_subscribers() -> None:
    """TU06: each has a subscription to the key."""
    values: dict[str, Any] = {**ITEMS, "d": True, "U": UserStarted("push_to_talk")}
    with marbles(TICK) as m:
        keys = m.hot("-d---", values)
        source = m.hot("--t-", values)
        out = source.pipe(push_to_talk(keys))
        m.expect(out, "^--!").to_be("-Ut", values)
        m.expect(out, "--^-!").to_be("--t", values)
        m.expect_subscriptions(keys, "^--!", "--^-!")
        m.expect_subscriptions(source, "^--!", "--^-!")


def test_their_types() -> None:
    """TU15: they fit into the pipe."""
    assert_type(stop_on_external(), StopStrategy)
    assert_type(push_to_talk(rx.never()), Operator[Event, Event])

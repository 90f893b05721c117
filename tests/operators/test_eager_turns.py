"""Guesses that a turn is about to stop.

``S`` speech starts, ``E`` it stops (after 0.2 s of silence); ``i`` an interim transcript, ``t`` the
final one of the same words, ``u`` another one, ``f`` a finalised one, ``n`` a finalised blank one.
``e`` a strategy guesses; ``g`` an eager turn comes, ``r`` it is taken back. One column is 0.1 s.
"""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.items import (
    EagerStop,
    EagerTurn,
    SpeechStarted,
    SpeechStopped,
    StopTurn,
    Transcript,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
    UserStarted,
)
from rxvoice.operators import aggregate_turn, stop_after_silence
from rxvoice.testing import OnNext, like, marbles

TICK = 0.1
INTERIM = Transcript("Hello!", False, end=2.4)
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "U": UserStarted("flux"),
    "i": INTERIM,
    "j": Transcript("hello", False),
    "t": Transcript("Hello!", True, end=2.5),
    "u": Transcript("Are you there?", True, end=2.7),
    "f": Transcript("Hello!", True, True, end=2.5),
    "n": Transcript("", True, True),
    "e": EagerStop("silence"),
    "x": StopTurn("silence"),
    "1": like(TurnStarted, number=1),
    "2": like(TurnStarted, number=2),
    "g": like(EagerTurn, turn=like(Turn, number=1, text="Hello!", reason="silence")),
    "h": like(EagerTurn, turn=like(Turn, text="Hello! Are you there?")),
    "I": EagerTurn(Turn("Hello!", 1, 3.1, 2.8, "silence", (INTERIM,))),
    "r": TurnResumed(1),
    "T": like(Turn, number=1, text="Hello!"),
    "B": like(Turn, number=1, text="Hello! Are you there?"),
    "D": like(TurnDropped, number=1),
}


def stops(heard: str, expected: str, **options: Any) -> None:
    with marbles(TICK) as m:
        stop = stop_after_silence(eager_delay=options.pop("eager_delay", 0.2), **options)
        m.expect(m.hot(heard, ITEMS).pipe(stop)).to_be(expected, ITEMS)


def turns(heard: str, expected: str) -> None:
    """Check with a strategy that guesses 0.1 s after the speech."""
    with marbles(TICK) as m:
        out = m.hot(heard, ITEMS).pipe(aggregate_turn(stop=stop_after_silence(eager_delay=0.1)))
        m.expect(out).to_be(expected, ITEMS)


def test_silence_is_guessed_from_before_it_is_certain() -> None:
    """TU08: after ``eager_delay``; the turn stops when it would have anyway."""
    stops("S--tE", "------e-----(x|)")
    stops("S--tE", "-----e------(x|)", eager_delay=0.1)


def test_a_guess_is_made_as_soon_as_text_is_finalised() -> None:
    """TU09: before the delay; at the stop, when it was finalised before."""
    stops("S--fE", "----e-e---(x|)", eager_delay=0.2)
    stops("S---Ef", "-----ee---(x|)", eager_delay=0.2)


def test_interim_text_is_enough_for_a_guess_and_each_transcript_is_another_one() -> None:
    """TU08: to think ahead, not to stop; without text there is nothing to guess."""
    stops("S-i-E--i", "------ee")
    stops("S---E---i-t", "--------e-e-(x|)")
    stops("S---E---n", "----------(x|)")


def test_speech_that_goes_on_is_not_guessed_about() -> None:
    """TU08: nor is what was finalised before."""
    stops("S-fES----f--i", "---e")


def test_without_voice_activity_transcripts_count() -> None:
    """TU11: from the last one with text."""
    stops("t", "--e---(x|)")
    stops("t-i", "----e---(x|)")
    stops("f", "e-e---(x|)")


def test_no_guesses_unless_asked_for() -> None:
    """TU08: as before."""
    stops("S-ft-E---t", "-----------(x|)", eager_delay=None)


def test_a_guess_is_an_eager_turn_with_all_that_was_understood() -> None:
    """TU08: the interim transcript included; the final one with the same text is no news."""
    turns("S-iE-t", "(S 1)-iEIt-----T")


def test_a_guess_that_stands_is_not_repeated() -> None:
    """TU08: though the strategy makes it again."""
    turns("S-tE-----|", "(S 1)-tEg----(T|)")
    turns("S-fE-n", "(S 1)-f(E g)-n---T")


def test_speech_that_resumes_takes_the_guess_back() -> None:
    """TU08: another one may follow, with the same words."""
    turns("S-tE-S-E", "(S 1)-tEg(S r)-Eg------T")
    turns("S-tE-U", "(S 1)-tEg(U r)-----T")


def test_another_text_takes_the_guess_back_and_leads_to_another_one() -> None:
    """TU08: at once, when the silence has lasted long enough."""
    turns("S-tE--u", "(S 1)-tEg-(u r h)----B")
    with marbles(TICK) as m:
        values = {**ITEMS, "J": like(EagerTurn, turn=like(Turn, text="hello"))}
        out = m.hot("S-jE-t", values).pipe(aggregate_turn(stop=stop_after_silence(eager_delay=0.1)))
        m.expect(out).to_be("(S 1)-jEJ(t r g)-----T", values)


def test_words_that_were_none_take_the_guess_back_before_the_turn_is_dropped() -> None:
    """TU08: the recogniser withdraws its interim text."""
    with marbles(TICK) as m:
        values = {**ITEMS, "I": like(EagerTurn)}
        out = m.hot("S-iE--n", values).pipe(
            aggregate_turn(stop=stop_after_silence(eager_delay=0.1))
        )
        m.expect(out).to_be("(S 1)-iEI-(n r)--D", values)


def test_a_guess_that_comes_to_nothing_is_taken_back() -> None:
    """TU16: by the watchdog, when only interim text came."""
    with marbles(TICK) as m:
        values = {**ITEMS, "I": like(EagerTurn)}
        out = m.hot("S-iE", values).pipe(
            aggregate_turn(stop=stop_after_silence(eager_delay=0.1), watchdog=1.0)
        )
        m.expect(out).to_be("(S 1)-iEI 800ms (r D)", values)


def test_a_guess_without_any_text_is_none() -> None:
    """TU08: whatever the strategy thinks."""

    def eager(source: Observable[Any]) -> Observable[Any]:
        return source.pipe(
            ops.filter(lambda item: isinstance(item, SpeechStopped)),
            ops.map(lambda _: EagerStop("sure")),
        )

    with marbles(TICK) as m:
        m.expect(m.hot("S--E|", ITEMS).pipe(aggregate_turn(stop=eager))).to_be(
            "(S 1)--E(D|)", ITEMS
        )


def test_a_turn_that_is_flushed_confirms_the_guess() -> None:
    """TU24: with the same number."""
    turns("S-tE-|", "(S 1)-tEg(T|)")


def test_a_late_guess_about_a_turn_that_has_stopped_is_none() -> None:
    """TU01: from inside of the turn itself."""
    source: Subject[Any] = Subject()
    answers: Subject[Any] = Subject()
    out: list[Any] = []

    def react(item: Any) -> None:
        out.append(type(item))
        if isinstance(item, Turn):
            answers.on_next(EagerStop("late"))

    with marbles(TICK) as m:
        stream = source.pipe(aggregate_turn(stop=lambda _: answers))
        m.at(0.0, lambda: stream.subscribe(react, scheduler=m.scheduler))
        m.at(0.1, lambda: source.on_next(ITEMS["t"]))
        m.at(0.2, lambda: answers.on_next(StopTurn("now")))
        m.at(0.3, source.on_completed)
    assert out == [Transcript, TurnStarted, Turn]


@given(
    st.lists(st.tuples(st.sampled_from("SEijtufn"), st.integers(0, 8)), max_size=20),
    st.sampled_from([0.0, 0.1, 0.4, 0.9]),
)
def test_every_guess_is_followed_by_what_becomes_of_it(
    script: list[tuple[str, int]], delay: float
) -> None:
    """TU08: the turn, or that it is taken back; guesses change nothing else."""
    heard = "".join(letter + "-" * pause for letter, pause in script)
    with marbles(TICK) as m:
        source = m.hot(heard + "|", ITEMS)
        stop = stop_after_silence(eager_delay=delay)
        log = m.record(source.pipe(aggregate_turn(stop=stop)))
        plain = m.record(source.pipe(aggregate_turn()))
    items = [(at, note.value) for at, note in log if isinstance(note, OnNext)]
    guess: EagerTurn | None = None
    for _, item in items:
        match item:
            case EagerTurn(turn=turn):
                assert guess is None
                assert turn.text
                guess = item
            case TurnResumed(number=number):
                assert guess is not None
                assert guess.turn.number == number
                guess = None
            case Turn(number=number):
                assert guess is None or guess.turn.number == number
                guess = None
            case TurnStarted() | TurnDropped():
                assert guess is None
            case _:
                pass
    assert guess is None
    guesses = [entry for entry in items if isinstance(entry[1], EagerTurn | TurnResumed)]
    others = [note for note in log if (note[0], getattr(note[1], "value", None)) not in guesses]
    assert others == plain


@pytest.mark.parametrize("delay", [-0.1, math.inf, math.nan])
def test_a_bad_delay_is_refused_at_the_call(delay: float) -> None:
    """TU08: by name."""
    with pytest.raises(ValueError, match="eager_delay"):
        stop_after_silence(eager_delay=delay)

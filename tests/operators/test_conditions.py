"""Conditions: what holds of the user and the bot.

``S`` speech starts (0.2 s after it began), ``E`` it stops, ``o`` it is ongoing; ``B``, ``b``, ``P``
the bot's speech starts, is ongoing, stops; letters of transcripts see below; ``y`` it holds, ``n``
it does not. One column is 0.1 s.
"""

import math
from typing import Any, assert_type

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Condition, StartStrategy, StopStrategy
from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Transcript,
    UserStarted,
)
from rxvoice.operators import (
    all_of,
    any_of,
    bot_speaks,
    lasting,
    not_,
    speaks,
    start_when,
    stop_when,
    words,
)
from rxvoice.operators._count_words import count_words
from rxvoice.testing import OnNext, marbles
from tests.operators.fakes import sound

TICK = 0.1
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "o": SpeechOngoing(1.5),
    "E": SpeechStopped(3.0, 0.2),
    "B": BotSpeechStarted(1),
    "b": BotSpeechOngoing(1),
    "P": BotSpeechStopped(1),
    "U": UserStarted("flux"),
    "a": sound("s"),
    "i": Transcript("no", False),
    "j": Transcript("no, wait", False),
    "1": Transcript("stop", True),
    "2": Transcript("please stop!", True),
    "m": Transcript("", False),
    "z": Transcript("", True, True),
    "y": True,
    "n": False,
    "x": StartTurn("condition"),
    "X": StopTurn("condition"),
}
ALL = {
    "speaks": speaks(),
    "bot_speaks": bot_speaks(),
    "lasting": lasting(0.3),
    "words": words(2, across=True),
    "not_": not_(speaks()),
    "all_of": all_of(speaks(), bot_speaks()),
    "any_of": any_of(speaks(), words(2)),
}


def check(heard: str, expected: str, condition: Condition) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, ITEMS).pipe(condition)).to_be(expected, ITEMS)


def test_speaking_is_between_the_marks() -> None:
    """TU02: it does not hold at first; marks that repeat it say nothing new."""
    check("-S-aotE-", "ny----n", speaks())
    check("-SS-EE-S", "ny--n--y", speaks())
    check("-E-o-E", "n--y-n", speaks())


def test_the_bot_speaks_between_its_marks() -> None:
    """TU04: whatever the user does."""
    check("-B-bSEP-B", "ny----n-y", bot_speaks())
    check("-P-b-P", "n--y-n", bot_speaks())


def test_lasting_counts_from_the_real_start_of_the_speech() -> None:
    """TU02: 0.2 s had passed when it was declared."""
    check("-S 800ms -E", "n--- y 600ms n", lasting(0.5))
    check("-S-E", "ny-n", lasting(0.2))
    check("-S-E", "ny-n", lasting(0.0))


def test_lasting_begins_anew_after_a_stop() -> None:
    """TU02: three times a little is not much; repeated marks change nothing."""
    check("-S-E-S-E-S-E", "n", lasting(0.5))
    check("-S-ES---E", "n------yn", lasting(0.5))
    check("-SoSo", "n---y", lasting(0.5))


def test_lasting_may_be_subscribed_in_the_midst_of_the_speech() -> None:
    """TU02: it counts from the first that it hears of it."""
    check("-o-oo---", "n-----y", lasting(0.5))


def test_words_are_those_of_the_last_transcript() -> None:
    """TU04: final or interim; blank ones take an interim one back, but nothing that is final."""
    check("-i-1-2-1", "n----y-n", words(2))
    check("-j-m-j-z", "ny-n-y-n", words(2))
    check("-2-m-z-i", "ny-----n", words(2))
    check("-i-1", "ny", words(1))


def test_interim_words_need_not_count() -> None:
    """TU04: as an option."""
    check("-j-2-j", "n--y", words(2, interim=False))
    check("-1-j-1", "n----y", words(2, interim=False, across=True))


def test_words_across_transcripts_add_up() -> None:
    """TU04: the final ones, and the interim one that follows them, each time anew."""
    check("-1-1-1", "n----y", words(3, across=True))
    check("-1-i-m-1", "n--y-n-y", words(2, across=True))
    check("-1-i-z-1", "n--y-n-y", words(2, across=True))
    check("-i-i-i-i", "n", words(2, across=True))


def test_words_that_were_said_before_do_not_count() -> None:
    """TU04: before the bot began or ceased to speak, and, for those of one transcript, the user."""
    check("-2-B-1-1", "ny-n---y", words(2, across=True))
    check("-2-P-1-1", "ny-n---y", words(2, across=True))
    check("-2-S-1-1", "ny", words(2, across=True))
    check("-2-B-2-P", "ny-n-y-n", words(2))
    check("-2-S-1-2-U", "ny-n---y-n", words(2))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Hm – well…", 2),
        ("I'm at 7:30.", 3),
        ("…?!", 0),
        ("你好吗", 3),
        ("はい、OK です", 5),
        ("안녕하세요 여러분", 2),
    ],
)
def test_what_a_word_is(text: str, count: int) -> None:
    """TU04: with a letter or digit; each sign where no blanks are written."""
    assert count_words(text) == count


def test_conditions_are_combined() -> None:
    """TU18: and, or, not."""
    check("-S-B-E-S-P", "n--y-n-y-n", all_of(speaks(), bot_speaks()))
    check("-S-B-E-P-S", "ny-----n-y", any_of(speaks(), bot_speaks()))
    check("-S-B-E-P-S", "yn-----y-n", not_(any_of(speaks(), bot_speaks())))
    check("-S---E", "n---yn", all_of(lasting(0.5)))


def test_nothing_is_told_that_held_only_in_the_midst_of_an_item() -> None:
    """TU04: what the user said in their own turn is no interruption when the bot begins."""
    check("-2-B-1-2", "n------y", all_of(bot_speaks(), words(2)))
    check("-S-E-S", "n", all_of(speaks(), not_(speaks())))
    check("-S-E-S", "y", any_of(speaks(), not_(speaks())))
    nested = all_of(any_of(speaks(), words(9)), not_(all_of(speaks())))
    check("-S-E-S", "n", nested)


def test_a_condition_that_completes_holds_as_it_said_last() -> None:
    """TU18: one of the user's own."""
    check("-S-E|", "ny-n|", all_of(speaks(), lambda _: rx.of(True)))
    check("-S-E|", "n---|", all_of(speaks(), lambda _: rx.of(True, False)))


def test_a_condition_that_never_says_anything_is_waited_for() -> None:
    """TU18: it is not known whether it holds."""
    check("-S-E|", "----|", any_of(speaks(), lambda _: rx.never()))


def broken(source: Observable[Any]) -> Observable[bool]:
    raise ValueError("boom")


def fails_at_speech(source: Observable[Any]) -> Observable[bool]:
    def fail(item: Any) -> bool:
        if isinstance(item, SpeechStarted):
            raise ValueError("boom")
        return False

    return source.pipe(ops.map(fail))


@pytest.mark.parametrize("combine", [all_of, any_of])
def test_a_condition_that_fails_fails_the_whole(combine: Any) -> None:
    """TU18: as it fails."""
    with marbles(TICK) as m:
        source = m.hot("-a-S", ITEMS)
        failing = source.pipe(combine(speaks(), fails_at_speech))
        m.expect(failing).to_be("-n-#", ITEMS, error=ValueError("boom"))
        m.expect_subscriptions(source, "^--!")


@pytest.mark.parametrize("name", ALL)
def test_never_empty_error_and_unsubscribing(name: str) -> None:
    """TU18: it tells what holds at once, and ends as the source does."""
    first = {"not_": "y"}.get(name, "n")
    with marbles(TICK) as m:
        never = m.cold("-", ITEMS)
        m.expect(never.pipe(ALL[name]), "^--!").to_be(first, ITEMS)
        m.expect(m.cold("|", ITEMS).pipe(ALL[name])).to_be(f"({first} |)", ITEMS)
        m.expect(m.cold("aa#", ITEMS).pipe(ALL[name])).to_be(f"{first}-#", ITEMS)
        m.expect_subscriptions(never, "^--!")


@pytest.mark.parametrize("name", ALL)
def test_two_subscribers_are_independent(name: str) -> None:
    """TU18: state belongs to a subscription; the second one missed the first speech."""
    with marbles(TICK) as m:
        held = m.hot("BS1E-1S1---B-2", ITEMS).pipe(ALL[name])
        m.expect(m.hot("BS1E-1S1---B-2", ITEMS).pipe(ALL[name])).to_be(
            {
                "speaks": "ny-n--y",
                "bot_speaks": "(n y)",
                "lasting": "n-yn---y",
                "words": "n----y-----n-y",
                "not_": "yn-y--n",
                "all_of": "ny-n--y",
                "any_of": "ny-n--y",
            }[name],
            ITEMS,
        )
        later = m.record(held, "----^")
    values = [note.value for _, note in later if isinstance(note, OnNext)]
    assert values[0] is (name == "not_")


def test_start_when_a_condition_begins_to_hold() -> None:
    """TU18: each time; what holds at first does not begin to."""
    with marbles(TICK) as m:
        start = start_when(lasting(0.5))
        m.expect(m.hot("-S---E-S----E|", ITEMS).pipe(start)).to_be("----x-----x--|", ITEMS)
        m.expect(m.hot("-S---E-S----E|", ITEMS).pipe(start_when(not_(speaks())))).to_be(
            "-----x------x|", ITEMS
        )


def test_start_when_starts_at_transcripts_too_while_it_holds() -> None:
    """TU03: a second turn is not lost when it held all the time; blank ones do not count."""
    with marbles(TICK) as m:
        start = start_when(words(2))
        m.expect(m.hot("-1-2-2-z-1-j|", ITEMS).pipe(start)).to_be("---x-x-----x|", ITEMS)


def test_start_when_says_why_and_what_follows() -> None:
    """TU18: interrupting and announcing are the strategy's choice."""
    with marbles(TICK) as m:
        start = start_when(speaks(), reason="voice", interrupts=False, announce=False)
        m.expect(m.hot("-S", ITEMS).pipe(start)).to_be(
            "-x", {"x": StartTurn("voice", False, False)}
        )


def test_stop_when_a_condition_begins_to_hold() -> None:
    """TU18: once; what holds from the beginning does not begin to."""
    with marbles(TICK) as m:
        stop = stop_when(not_(speaks()))
        m.expect(m.hot("-1-S-E-S-E|", ITEMS).pipe(stop)).to_be("-----(X|)", ITEMS)
        m.expect(m.hot("-S---E-|", ITEMS).pipe(stop_when(lasting(0.5), reason="long"))).to_be(
            "----(x|)", {"x": StopTurn("long")}
        )


@pytest.mark.parametrize("strategy", [start_when(lasting(0.5)), stop_when(lasting(0.5))])
def test_strategies_of_conditions_end_as_the_source_does(strategy: Any) -> None:
    """TU18: never, empty, error, unsubscribing; no timer is left."""
    with marbles(TICK) as m:
        source = m.hot("-S------", ITEMS)
        m.expect(source.pipe(strategy), "^--!").to_be("")
        m.expect_subscriptions(source, "^--!")
        m.expect(m.cold("|", ITEMS).pipe(strategy)).to_be("|")
        m.expect(m.cold("S#", ITEMS).pipe(strategy)).to_be("-#")


@pytest.mark.parametrize("make", [start_when, stop_when])
def test_a_strategy_fails_with_its_condition(make: Any) -> None:
    """TU18: aggregate_turn makes a fault of it."""
    with marbles(TICK) as m:
        m.expect(m.hot("-a-S", ITEMS).pipe(make(fails_at_speech))).to_be(
            "---#", error=ValueError("boom")
        )


@given(st.text("SEoBP12ijmza-", max_size=30))
def test_a_combination_tells_each_change_once_and_is_what_its_parts_are(heard: str) -> None:
    """TU18: at each instant all_of and any_of say what all() and any() say of the parts."""
    parts = [speaks(), bot_speaks(), words(2), lasting(0.35)]
    with marbles(TICK) as m:
        source = m.hot(heard, ITEMS)
        logs = [m.record(source.pipe(part)) for part in parts]
        every, some = m.record(source.pipe(all_of(*parts))), m.record(source.pipe(any_of(*parts)))
    for log, fold in ((every, all), (some, any)):
        told = [note.value for _, note in log if isinstance(note, OnNext)]
        assert told == [bool(index % 2) for index in range(len(told))]
        for at in {at for each in (*logs, log) for at, _ in each}:
            assert latest(log, at) == fold(latest(part, at) for part in logs)


def latest(log: list[tuple[float, Any]], at: float) -> bool:
    return [note.value for when, note in log if when <= at + 1e-6][-1]


@pytest.mark.parametrize("duration", [-0.1, math.inf, math.nan])
def test_bad_durations_are_refused_at_the_call(duration: float) -> None:
    """TU18: by name."""
    with pytest.raises(ValueError, match="duration"):
        lasting(duration)


def test_other_bad_arguments_are_refused_at_the_call() -> None:
    """TU18: by name."""
    with pytest.raises(ValueError, match="n must be positive"):
        words(0)
    for combine in (all_of, any_of):
        with pytest.raises(ValueError, match="conditions"):
            combine()


def test_their_types_are_conditions_and_strategies() -> None:
    """TU18: so that they fit into each other."""
    assert_type(all_of(speaks(), not_(bot_speaks())), Condition)
    assert_type(start_when(any_of(lasting(0.3), words(2))), StartStrategy)
    assert_type(stop_when(words(9)), StopStrategy)

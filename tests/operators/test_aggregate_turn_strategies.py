"""How `aggregate_turn` treats its strategies; letters as in test_aggregate_turn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.contracts import StartStrategy, StopStrategy, TurnInput
from rxvoice.items import (
    AudioFrame,
    BotSpeechStarted,
    BotSpeechStopped,
    EndRound,
    Event,
    Fault,
    Metric,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    StopTurn,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
)
from rxvoice.operators import (
    aggregate_turn,
    lasting,
    start_on_speech,
    start_on_transcript,
    start_when,
    stop_after_silence,
    stop_at_end_of_turn,
    with_feedback,
)
from rxvoice.operators._without_audio import WithoutAudio
from rxvoice.testing import Marbles, like, marbles
from tests.operators.fakes import sound

TICK = 0.1
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "t": Transcript("hallo", True, end=2.5),
    "f": Transcript("hallo", True, True, end=2.5),
    "1": like(TurnStarted, number=1),
    "2": like(TurnStarted, number=2),
    "3": like(TurnStarted, number=3),
    "T": like(Turn, text="hallo"),
    "D": like(TurnDropped),
    "s": StartTurn("s"),
    "x": StopTurn("x"),
    "y": StopTurn("y"),
    "m": Metric("strategy", "guess", 0.5),
    "w": Fault("turn", "a turn strategy failed: boom"),
}
AUDIO = AudioFrame(np.zeros(1_600, np.int16), 16_000)
BOOM = ValueError("boom")


def told(*answers: Observable[Any]) -> Callable[[Observable[Any]], Observable[Any]]:
    """Return a strategy that does not listen and says what streams say, one for each turn."""
    turns = iter(answers)
    return lambda source: next(turns)


def listening(
    letters: list[str], strategy: Callable[[Observable[Any]], Observable[Any]]
) -> Callable[[Observable[Any]], Observable[Any]]:
    """Return a strategy that also notes what it hears, one word for each subscription."""
    names = {id(item): letter for letter, item in ITEMS.items()}

    def listened(source: Observable[Any]) -> Observable[Any]:
        index = len(letters)
        letters.append("")

        def note(item: TurnInput) -> None:
            letters[index] += names.get(id(item), "a" if isinstance(item, AudioFrame) else "?")

        return source.pipe(ops.do_action(note), strategy)

    return listened


def fails_at(letter: str) -> Callable[[Observable[Any]], Observable[Any]]:
    """Return a strategy that fails when an item comes."""

    def failing(item: object) -> bool:
        if item is ITEMS[letter]:
            raise BOOM
        return False

    return lambda source: source.pipe(ops.filter(failing))


def turns(m: Marbles, heard: str, **options: Any) -> Observable[Any]:
    return m.hot(heard, ITEMS).pipe(aggregate_turn(**options))


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_start_strategies_are_asked_in_order_and_the_first_decision_counts(order: str) -> None:
    """TU01: one turn, however many want to start it."""

    def wants(name: str) -> StartStrategy:
        return lambda source: source.pipe(ops.map(lambda _: StartTurn(name)))

    with marbles(TICK) as m:
        out = turns(m, "S-E|", start=[wants(name) for name in order])
        m.expect(out).to_be(
            "(S x)-E(D|)", {**ITEMS, "x": like(TurnStarted, number=1, reason=order[0])}
        )


def keeping(letters: str) -> Callable[[Observable[Any]], Observable[Any]]:
    """Return a start strategy that ends the round at some items."""
    kept = [ITEMS[letter] for letter in letters]
    return lambda source: source.pipe(
        ops.filter(lambda item: any(item is each for each in kept)), ops.map(lambda _: EndRound())
    )


def test_a_start_strategy_may_end_the_round() -> None:
    """TU01: those after it do not see the item, those before it do."""
    first: list[str] = []
    last: list[str] = []
    quiet: Callable[[Observable[Any]], Observable[Any]] = ops.filter(lambda _: False)
    with marbles(TICK) as m:
        starts = [listening(first, quiet), keeping("St"), listening(last, start_on_transcript())]
        m.expect(turns(m, "S-t-E-f|", start=starts)).to_be("S-t-E-(f 1)(T|)", ITEMS)
    assert first == ["StEf"]
    assert last == ["Ef"]


def test_who_needs_no_audio_is_given_none() -> None:
    """Neither what comes in the turn nor what came before it; all others are given all."""
    letters: dict[str, list[str]] = {"starts": [], "deaf starts": [], "stops": [], "deaf stops": []}
    quiet: Callable[[Observable[Any]], Observable[Any]] = ops.filter(lambda _: False)
    of = {name: listening(seen, quiet) for name, seen in letters.items()}
    starts = [of["starts"], WithoutAudio(of["deaf starts"]), start_on_speech()]
    stops = [of["stops"], WithoutAudio(of["deaf stops"]), stop_after_silence(min_delay=0.1)]
    with marbles(TICK) as m:
        heard = m.hot("aSaaEfa|", {**ITEMS, "a": AUDIO})
        out = heard.pipe(aggregate_turn(start=starts, stop=stops))
        m.expect(out).to_be("-(S 1)--E(f T)-|", ITEMS)
    assert letters == {
        "starts": ["aSaaEfa"],
        "deaf starts": ["SEf"],
        "stops": ["aSaaEf"],
        "deaf stops": ["SEf"],
    }


def test_a_round_ends_for_its_own_item_only() -> None:
    """TU01: one that is nested in it has a round of its own; who ends none leaves all as it is."""
    source: Subject[Any] = Subject()
    seen: list[str] = []

    def react(item: Any) -> None:
        if item is ITEMS["m"]:
            source.on_next(ITEMS["f"])

    def telling(heard: Observable[Any]) -> Observable[Any]:
        return heard.pipe(
            ops.filter(lambda item: item is ITEMS["S"]),
            ops.flat_map(lambda _: rx.of(ITEMS["m"], EndRound())),
        )

    with marbles(TICK) as m:
        starts = [telling, listening(seen, ops.filter(lambda _: False))]
        stream = source.pipe(aggregate_turn(start=starts))
        m.at(0.1, lambda: stream.subscribe(react, scheduler=m.scheduler))
        m.at(0.2, lambda: source.on_next(ITEMS["S"]))
        m.at(0.3, lambda: source.on_next(ITEMS["E"]))
        m.at(0.4, source.on_completed)
    assert seen == ["fE"]


def test_an_end_of_the_round_by_a_timer_keeps_nothing() -> None:
    """TU01: there is no item that led to it."""
    with marbles(TICK) as m:
        starts = [told(m.cold("-z", {"z": EndRound()})), start_on_speech()]
        m.expect(turns(m, "--S--E|", start=starts)).to_be("--(S 1)--E(D|)", ITEMS)


def decides(**options: Any) -> StartStrategy:
    decision = StartTurn("s", **options)
    return lambda source: source.pipe(
        ops.filter(lambda item: isinstance(item, SpeechStarted)), ops.map(lambda _: decision)
    )


def test_tu18_the_start_says_whether_it_interrupts() -> None:
    """TU18: as its strategy does."""
    with marbles(TICK) as m:
        for interrupts in (True, False):
            out = turns(m, "S", start=decides(interrupts=interrupts))
            m.expect(out).to_be("(S x)", {**ITEMS, "x": TurnStarted(1, 1.0, "s", interrupts)})


def test_tu18_a_turn_that_is_not_announced_is_nothing_but_its_turn() -> None:
    """TU18: neither its start nor that it came to nothing; its number counts all the same."""
    with marbles(TICK) as m:
        start = decides(announce=False)
        m.expect(turns(m, "S-fE--------SEf|", start=start)).to_be(
            "S-fE-----T--SEf(U|)",
            {**ITEMS, "T": like(Turn, number=1), "U": like(Turn, number=2, reason="flush")},
        )
        m.expect(turns(m, "S-E|", start=start)).to_be("S-E|", ITEMS)
        m.expect(turns(m, "S-E 900ms -", start=start, watchdog=0.5)).to_be("S-E", ITEMS)


def test_what_the_bot_does_is_seen_by_the_strategies_and_goes_no_further() -> None:
    """TU04: it comes back over one turn of the loop."""
    seen: list[str] = []
    bot = {"B": BotSpeechStarted(1), "P": BotSpeechStopped(1)}

    def strategy(source: Observable[Any]) -> Observable[Any]:
        def note(item: TurnInput) -> None:
            seen.append(type(item).__name__)

        return source.pipe(ops.do_action(note), ops.filter(lambda _: False))

    def piped(fed: Observable[Event]) -> Callable[[Observable[Event]], Observable[Event]]:
        return lambda source: rx.merge(
            source.pipe(aggregate_turn(start=[strategy, start_on_speech()], feedback=fed)),
            m.cold("-B-P|", bot),
        )

    with marbles(TICK) as m:
        out = m.hot("--S--E|", ITEMS).pipe(with_feedback(piped))
        m.expect(out).to_be("-B(S 1)P-E(D|)", {**ITEMS, **bot})
    assert seen == ["BotSpeechStarted", "SpeechStarted", "BotSpeechStopped", "SpeechStopped"]


def test_a_turn_that_starts_in_the_midst_of_speech_lasts_until_that_stops() -> None:
    """TU08: its stop strategies are told that the user is speaking; a segment does not end it."""
    heard: list[str] = []
    with marbles(TICK) as m:
        stop = listening(heard, stop_after_silence())
        out = turns(m, "S-----f--------fE", start=start_when(lasting(0.5)), stop=stop)
        m.expect(out).to_be("S--1--f--------fE-----B", {**ITEMS, "B": like(Turn)})
    assert heard == ["SffE"]


def test_a_turn_that_starts_after_speech_does_not_see_it() -> None:
    """TU11: then its transcripts count."""
    heard: list[str] = []
    with marbles(TICK) as m:
        stop = listening(heard, stop_after_silence())
        out = turns(m, "S--E--t", start=start_on_transcript(), stop=stop)
        m.expect(out).to_be("S--E--(t 1) 500ms T", ITEMS)
    assert heard == ["t"]


def test_text_that_starts_no_turn_is_noted_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """TU04: below WARNING, and the words only in a field of their own; it passes, too."""
    caplog.set_level("DEBUG", logger="rxvoice")
    with marbles(TICK) as m:
        m.expect(turns(m, "-t|", start=start_on_speech())).to_be("-t|", ITEMS)
    (record,) = [each for each in caplog.records if "no turn" in each.getMessage()]
    assert record.levelname == "DEBUG"
    assert "hallo" not in record.getMessage()
    assert vars(record)["pii.text"] == "hallo"


def test_a_strategy_may_stand_alone() -> None:
    """TU01: no list is needed for one."""
    with marbles(TICK) as m:
        out = turns(m, "S-t-E|", start=start_on_transcript(), stop=told(m.cold("-x", ITEMS)))
        m.expect(out).to_be("S-(t 1)TE|", ITEMS)


def test_stop_strategies_live_for_one_turn() -> None:
    """TU01: subscribed anew at its start, left at its stop, so that nothing leaks."""
    with marbles(TICK) as m:
        first, second = m.cold("---x", ITEMS), m.cold("-----x", ITEMS)
        m.expect(turns(m, "S-t-----S-t-----|", stop=told(first, second))).to_be(
            "(S 1)-tT----(S 2)-t--T--|", ITEMS
        )
        m.expect_subscriptions(first, "^--!")
        m.expect_subscriptions(second, "--------^----!")


def test_of_several_stop_strategies_the_first_decision_counts() -> None:
    """TU01: the others are left, even those that decide at the same instant."""
    with marbles(TICK) as m:
        slow, quick, also = m.cold("----x", ITEMS), m.cold("--y", ITEMS), m.cold("--y", ITEMS)
        out = turns(m, "-St-------|", stop=[told(slow), told(quick), told(also)])
        m.expect(out).to_be("-(S 1)tT------|", {**ITEMS, "T": like(Turn, text="hallo", reason="y")})
        m.expect_subscriptions(slow, "-^-!")
        m.expect_subscriptions(quick, "-^-!")
        m.expect_subscriptions(also, "-^-!")


def test_silence_and_the_model_can_be_combined() -> None:
    """TU08, TU13: whichever decides first."""

    async def sure(audio: AudioFrame) -> float:
        return 1.0

    async def unsure(audio: AudioFrame) -> float:
        return 0.0

    with marbles(TICK) as m:
        both = [stop_after_silence(min_delay=1.5), stop_at_end_of_turn(sure)]
        m.expect(turns(m, "S-fE", stop=both)).to_be(
            "(S 1)-f(E m T)",
            {**ITEMS, "m": Metric("end_of_turn", "probability", 1.0),
             "T": like(Turn, reason="end_of_turn")},
        )  # fmt: skip
        both = [stop_after_silence(min_delay=1.5), stop_at_end_of_turn(unsure)]
        m.expect(turns(m, "S-fE", stop=both)).to_be(
            "(S 1)-f(E m) 1400ms T",
            {**ITEMS, "m": Metric("end_of_turn", "probability", 0.0),
             "T": like(Turn, reason="silence")},
        )  # fmt: skip


def test_stop_strategies_see_the_turn_from_the_item_that_started_it() -> None:
    """TU01: and nothing of the turn before, nor of what lies between."""
    heard: list[str] = []
    with marbles(TICK) as m:
        stop = listening(heard, stop_after_silence())
        m.expect(turns(m, "S-fE-------E-S-tE|", stop=stop)).to_be(
            "(S 1)-fE-----T-E-(S 2)-tE(T|)", ITEMS
        )
    assert heard == ["SfE", "StE"]


def test_stop_strategies_hear_a_second_of_audio_from_before_the_turn() -> None:
    """TU14: the pre-roll, where audio passes all the time; none of the turn before."""
    heard: list[str] = []
    audio = {
        letter: sound("q" * 15, pts=index * 0.3) for index, letter in enumerate("abcdefghijklm")
    }
    values = {**ITEMS, **audio}

    def at_text(source: Observable[Any]) -> Observable[Any]:
        def note(item: Any) -> None:
            heard.append(next(letter for letter, value in values.items() if value is item))

        return source.pipe(
            ops.do_action(note),
            ops.filter(lambda item: isinstance(item, Transcript)),
            ops.map(lambda _: StopTurn("text")),
        )

    with marbles(0.3) as m:
        source = m.hot("abcdefghSijEtklSm|", values)
        m.expect(source.pipe(aggregate_turn(stop=at_text))).to_be(
            "--------(S 1)--E(t T)--(S 2)-(D|)", ITEMS
        )
    assert "".join(heard) == "efghSijEt" + "klSm"


def test_a_decision_may_come_with_the_subscription() -> None:
    """TU01: the turn stops at once and leaves nothing behind, whoever else was to be asked."""
    with marbles(TICK) as m:
        other = m.cold("-x", ITEMS)
        stops: list[StopStrategy] = [lambda _: rx.of(StopTurn("now")), told(other, other)]
        m.expect(turns(m, "S-t----|", stop=stops)).to_be("(S 1 D)-(t 2 D)----|", ITEMS)
        m.expect_subscriptions(other, "(^!)", "--(^!)")


def test_a_start_may_be_decided_without_an_item() -> None:
    """TU01: by a timer, say; decisions during a turn are ignored."""
    with marbles(TICK) as m:
        starts = m.cold("-ss--s--s", ITEMS)
        stops = told(m.cold("--x", ITEMS), m.cold("--x", ITEMS), m.cold("-", ITEMS))
        m.expect(turns(m, "--t------|", start=told(starts), stop=stops)).to_be(
            "-1tT-2-D3(D|)", ITEMS
        )
        m.expect_subscriptions(starts, "^--------!")


def test_what_strategies_have_to_say_passes() -> None:
    """TU13: their metrics and faults, before or after the decision."""
    with marbles(TICK) as m:
        start, stop = m.cold("m-s", ITEMS), m.cold("mw(m x)", ITEMS)
        m.expect(turns(m, "---t--|", start=told(start), stop=told(stop))).to_be(
            "m-(1 m)(t w)(m T)-|", ITEMS, any_order=True
        )


def test_a_strategy_that_fails_is_a_fault_and_the_others_go_on() -> None:
    """TU01: a fault names it."""
    with marbles(TICK) as m:
        out = turns(m, "S-fE", start=[fails_at("S"), start_on_speech()],
                    stop=[fails_at("f"), stop_after_silence()])  # fmt: skip
        m.expect(out).to_be("(S w 1)-(f w)E-----T", ITEMS)


def test_when_all_stop_strategies_have_failed_silence_stops_the_turn() -> None:
    """TU01: it does not stay open for ever; the next turn asks the given ones again."""
    with marbles(TICK) as m:
        heard: list[str] = []
        stop = [listening(heard, fails_at("E")), fails_at("S")]
        m.expect(turns(m, "S-fE--------S-fE", stop=stop)).to_be(
            "(S 1 w)-f(E w)-----T--(S 2 w)-f(E w)-----T", ITEMS
        )
    assert heard == ["SfE", "SfE"]


@pytest.mark.parametrize(
    ("letter", "expected"),
    [("S", "(S 1 w)-fE-----T"), ("f", "(S 1)-(f w)E-----T"), ("E", "(S 1)-f(E w)-----T")],
)
def test_the_substitute_knows_what_the_turn_was_until_then(letter: str, expected: str) -> None:
    """TU01: it does not wait for what has already come."""
    with marbles(TICK) as m:
        m.expect(turns(m, "S-fE", stop=fails_at(letter))).to_be(expected, ITEMS)


def test_when_all_start_strategies_have_failed_the_default_ones_start_turns() -> None:
    """TU01: the conversation does not go deaf."""
    with marbles(TICK) as m:
        out = turns(m, "S-fE--------S-fE", start=[fails_at("S")])
        m.expect(out).to_be("(S w)-(f 1)E-----T--(S 2)-fE-----T", ITEMS)


def test_strategies_that_cannot_even_be_made_are_faults_too() -> None:
    """TU01: the stream does not fail for it."""

    def broken(source: Observable[Any]) -> Observable[Any]:
        raise BOOM

    with marbles(TICK) as m:
        out = turns(m, "-S-fE", start=broken, stop=[broken, broken])
        m.expect(out).to_be("w(S 1 w w)-fE-----T", ITEMS)


def test_strategies_are_left_when_the_stream_ends() -> None:
    """TU24: however it ends."""
    with marbles(TICK) as m:
        for heard, seen in (("S--|", "^--!"), ("S--#", "^--!")):
            start, stop = m.cold("s", ITEMS), m.cold("-", ITEMS)
            m.expect(turns(m, heard, start=told(start), stop=told(stop))).to_be(
                f"(S 1)--(D{heard[-1]})", ITEMS
            )
            m.expect_subscriptions(start, seen)
            m.expect_subscriptions(stop, seen)
        start, stop = m.cold("s", ITEMS), m.cold("-", ITEMS)
        m.expect(turns(m, "S", start=told(start), stop=told(stop)), "^-!").to_be("(S 1)", ITEMS)
        m.expect_subscriptions(start, "^-!")
        m.expect_subscriptions(stop, "^-!")


@pytest.mark.parametrize("argument", ["start", "stop"])
def test_a_list_without_strategies_is_refused_at_the_call(argument: str) -> None:
    """TU01: by name."""
    options: dict[str, Any] = {argument: []}
    with pytest.raises(ValueError, match=f"{argument} must hold at least one strategy"):
        aggregate_turn(**options)


def test_lists_are_read_at_the_call() -> None:
    """TU01: changing one later changes nothing."""
    stops: list[StopStrategy] = [stop_after_silence()]
    with marbles(TICK) as m:
        out = turns(m, "S-fE", stop=stops)
        stops.clear()
        m.expect(out).to_be("(S 1)-fE-----T", ITEMS)

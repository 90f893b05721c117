"""Starting turns by other rules while the bot speaks.

``S`` speech starts (0.2 s after it began), ``E`` it stops; ``B`` the bot is heard, ``P`` it is not
any more; ``1``, ``2``, ``3`` final transcripts of so many words, ``i`` and ``j`` interim ones of
one and three. One column is 0.1 s.
"""

from collections.abc import Callable
from typing import Any, assert_type

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.context import Memory
from rxvoice.contracts import Chat, Operator, StartStrategy, Synthesizer
from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    EndRound,
    Event,
    SpeechStarted,
    SpeechStopped,
    StartTurn,
    Transcript,
    Turn,
    TurnStarted,
)
from rxvoice.operators import (
    aggregate_turn,
    bot_speech,
    interrupt_at_once,
    interruptible,
    lasting,
    pace,
    respond,
    start_after_words,
    start_on_speech,
    start_on_transcript,
    start_when,
    synthesize,
    while_bot_speaks,
    with_feedback,
)
from rxvoice.testing import Marbles, conversation, like, marbles

TICK = 0.1
ITEMS: dict[str, Any] = {
    "S": SpeechStarted(1.0, 0.2),
    "E": SpeechStopped(3.0, 0.2),
    "B": BotSpeechStarted(1),
    "b": BotSpeechOngoing(1),
    "P": BotSpeechStopped(1),
    "1": Transcript("mhm", True),
    "2": Transcript("yes, right", True),
    "3": Transcript("please stop it", True),
    "i": Transcript("please", False),
    "j": Transcript("please stop it", False),
    "n": Transcript("…", True, True),
    "x": StartTurn("words"),
    "s": StartTurn("speech"),
    "t": StartTurn("transcript"),
    "c": StartTurn("condition"),
    "z": EndRound(),
}


def check(heard: str, expected: str, strategy: StartStrategy) -> None:
    with marbles(TICK) as m:
        m.expect(m.hot(heard, ITEMS).pipe(strategy)).to_be(expected, ITEMS)


def test_one_word_is_enough_while_the_bot_is_silent() -> None:
    """TU04: what is no word is not."""
    check("-1-n-i", "-x---x", start_after_words(3))


def test_several_words_are_needed_while_the_bot_speaks() -> None:
    """TU04: in one transcript, final or interim; before and after one is enough."""
    check("-B-1-b-2-3-j-P-1", "---------x-x---x", start_after_words(3))
    check("-B-j-3", "-----x", start_after_words(3, interim=False))


def in_turns(m: Marbles, heard: str, bot: str, start: StartStrategy) -> Observable[Any]:
    turns = m.hot(heard, ITEMS).pipe(
        aggregate_turn(start=start, feedback=m.hot(bot, ITEMS)),
        ops.filter(lambda item: isinstance(item, TurnStarted | Turn)),
    )
    return turns


def test_text_below_the_threshold_is_no_turn_and_not_put_before_the_next_one() -> None:
    """TU04: it is discarded, be it said during the reply or just before the words that count."""
    with marbles(TICK) as m:
        turns = in_turns(m, "--1--2---3--------1", "-B---------P", start_after_words(3))
        m.expect(turns.pipe(ops.map(said))).to_be_items(
            [(0.9, "words"), (1.5, "please stop it"), (1.8, "words"), (2.4, "mhm")]
        )


def said(item: TurnStarted | Turn) -> str:
    return item.text if isinstance(item, Turn) else item.reason


def test_words_of_several_transcripts_do_not_add_up() -> None:
    """TU04: they must be in one."""
    check("-B-1-2-1-2", "", start_after_words(3))


def test_each_says_whether_it_interrupts_and_is_announced() -> None:
    """TU18: in both cases."""
    start = start_after_words(2, interrupts=False, announce=False)
    with marbles(TICK) as m:
        m.expect(m.hot("-1-B-2", ITEMS).pipe(start)).to_be(
            "-x---x", {"x": StartTurn("words", interrupts=False, announce=False)}
        )


def test_it_needs_at_least_one_word() -> None:
    """TU04: by name."""
    with pytest.raises(ValueError, match="n must be positive"):
        start_after_words(0)


def test_one_strategy_while_the_bot_speaks_and_another_one_otherwise() -> None:
    """TU04: the marks of the bot may repeat."""
    both = while_bot_speaks(start_on_transcript(), otherwise=start_on_speech())
    check("-S1E-BbS1E-PPS1|", "-s------t----s-|", both)


def test_who_is_not_asked_is_not_subscribed() -> None:
    """TU04: nothing that one of them knew lasts until its next time."""
    with marbles(TICK) as m:
        one, other = m.cold("---c", ITEMS), m.cold("----s", ITEMS)
        both = while_bot_speaks(lambda _: one, otherwise=lambda _: other)
        heard = m.hot("-----B-P---B----|", ITEMS)
        m.expect(heard.pipe(both)).to_be("----s---------c-|", ITEMS)
        m.expect_subscriptions(one, "-----^-!", "-----------^----!")
        m.expect_subscriptions(other, "^----!", "-------^---!")


def test_the_user_who_is_speaking_when_the_bot_stops_is_not_overheard() -> None:
    """TU04: the other strategy is told, with how long they have spoken by then."""
    heard: list[Any] = []

    def note(source: Observable[Any]) -> Observable[Any]:
        return source.pipe(ops.do_action(heard.append), start_on_speech())

    with marbles(TICK) as m:
        both = while_bot_speaks(start_when(lasting(1.0)), otherwise=note)
        m.expect(m.hot("-B-S---P--|", ITEMS).pipe(both)).to_be("-------s--|", ITEMS)
    assert heard == [like(SpeechStarted, pts=pytest.approx(1.4), delay=pytest.approx(0.6)),
                     ITEMS["P"]]  # fmt: skip


def test_the_user_who_is_speaking_when_the_bot_begins_is_heard_from_their_start() -> None:
    """TU04: their speech has lasted since then."""
    both = while_bot_speaks(start_when(lasting(0.8)), otherwise=start_on_transcript())
    check("-S---B----", "-------c", both)
    check("-S-E-B----", "", both)


def test_what_a_strategy_says_besides_passes() -> None:
    """TU05: the end of a round, faults, metrics."""
    both = while_bot_speaks(
        lambda source: source.pipe(ops.map(lambda _: EndRound())), otherwise=lambda _: rx.never()
    )
    check("-1-B-1-", "---z-z", both)


def test_it_ends_and_fails_as_the_source_and_its_strategies_do() -> None:
    """TU04: never, empty, error, unsubscribing, a failing strategy."""

    def fails(source: Observable[Any]) -> Observable[StartTurn]:
        return source.pipe(ops.flat_map(lambda _: rx.throw(ValueError("boom"))))

    both = while_bot_speaks(fails, otherwise=start_on_speech())
    with marbles(TICK) as m:
        source = m.hot("-S-", ITEMS)
        m.expect(source.pipe(both), "^--!").to_be("-s", ITEMS)
        m.expect_subscriptions(source, "^--!")
        m.expect(m.cold("|", ITEMS).pipe(both)).to_be("|")
        m.expect(m.cold("S#", ITEMS).pipe(both)).to_be("s#", ITEMS)
        m.expect(m.hot("-S-B", ITEMS).pipe(both)).to_be("-s-#", ITEMS, error=ValueError("boom"))


def test_two_subscribers_are_independent() -> None:
    """TU04: the second one does not know that the bot speaks until it is told."""
    with marbles(TICK) as m:
        out = m.hot("-B--1-b-1", ITEMS).pipe(start_after_words(3))
        m.expect(out).to_be("")
        m.expect(out, "--^").to_be("----x", ITEMS)


def test_its_strategies_may_be_switched_from_inside_of_an_item() -> None:
    """TU04: who decides at the mark itself leads to the next mark."""
    source: Subject[Any] = Subject()
    out: list[Any] = []

    def react(item: Any) -> None:
        out.append(item)
        if len(out) == 1:
            source.on_next(ITEMS["P"])

    at_bot: Callable[[Observable[Any]], Observable[Any]] = ops.map(lambda _: StartTurn("bot"))
    both = while_bot_speaks(at_bot, otherwise=start_on_transcript())
    with marbles(TICK) as m:
        stream = source.pipe(both)
        m.at(0.0, lambda: stream.subscribe(react, scheduler=m.scheduler))
        for at, letter in ((0.1, "B"), (0.2, "1")):
            m.at(at, lambda letter=letter: source.on_next(ITEMS[letter]))
        m.at(0.3, source.on_completed)
    assert out == [StartTurn("bot"), StartTurn("transcript")]


def test_their_types_are_start_strategies() -> None:
    """TU04: they can be given to aggregate_turn."""
    assert_type(start_after_words(2), StartStrategy)
    both = while_bot_speaks(start_after_words(2), otherwise=start_on_speech())
    assert_type(both, StartStrategy)


def test_it_takes_several_words_to_interrupt_a_whole_agent() -> None:
    """TU04: what is shorter is forgotten, and the reply goes on."""

    def agent(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
        memory = Memory("You know what is on in town.")

        def reply(turn: Turn) -> Observable[Event]:
            asked: Observable[Event] = rx.just(turn)
            return asked.pipe(respond(llm, memory), synthesize(tts), pace())

        return with_feedback(
            lambda out: rx.compose(
                aggregate_turn(start=start_after_words(3), feedback=out),
                interruptible(reply, policy=interrupt_at_once()),
                bot_speech(),
                memory.record(),
            )
        )

    conversation(
        agent,
        user="[--]'what is on today'--------------[-]'mhm'-----[--]'please stop it'",
        bot="-----                 ------------[-----    ---------!               ---------[----]",
        llm=["There are three concerts and a reading in the old town.", "All right."],
        history=[
            "user: what is on today",
            "bot: There are three concerts and a—",
            "user: please stop it",
            "bot: All right.",
        ],
    )

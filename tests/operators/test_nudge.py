"""A bot that speaks to a user who says nothing (TU22)."""

from typing import Any

import reactivex as rx
from reactivex import Observable

from rxvoice import Memory, Operator
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import (
    EagerTurn,
    Event,
    Fault,
    ReplyStarted,
    SpeechStopped,
    Token,
    Turn,
    TurnDropped,
    TurnResumed,
    TurnStarted,
    UserIdle,
)
from rxvoice.operators import (
    aggregate_turn,
    bot_speech,
    interruptible,
    nudge,
    pace,
    respond,
    synthesize,
    user_idle,
    with_feedback,
)
from rxvoice.testing import approx, conversation, like, marbles


def idle_turn(text: str, number: int) -> Any:
    return like(Turn, text=text, number=number, reason="idle")


ITEMS: dict[str, Any] = {
    "S": TurnStarted(1),
    "T": Turn("Hello.", 1),
    "U": TurnStarted(2),
    "V": Turn("Bye.", 2),
    "D": TurnDropped(2),
    "i": UserIdle(1),
    "j": UserIdle(2),
    "k": UserIdle(3),
    "t": Token("x"),
    "a": idle_turn("Idle 1.", 1),
    "b": idle_turn("Idle 1.", 2),
    "c": idle_turn("Idle 2.", 3),
}


def text(idle: UserIdle) -> str | None:
    if idle.count == 3:
        raise LookupError("no words")
    return f"Idle {idle.count}."


def nudged(turns: str, idle: str, out: str, values: dict[str, Any] | None = None) -> None:
    with marbles() as m:
        stream = m.hot(turns, ITEMS).pipe(nudge(text, feedback=m.hot(idle, ITEMS)))
        m.expect(stream).to_be(out, {**ITEMS, **(values or {})})


def test_each_idle_gives_a_turn_and_turns_are_counted_on() -> None:
    counted: dict[str, Event] = {"w": TurnStarted(4), "v": Turn("Bye.", 4)}
    nudged("ST-t---UV|", "---i-j---", "ST-(t b)-c-wv|", counted)
    nudged("-----|", "--i--", "--a--|")
    nudged("-----UD|", "--i----", "--a--wd|", {"w": TurnStarted(3), "d": TurnDropped(3)})


def test_a_guess_is_counted_on_like_its_turn() -> None:
    guess: dict[str, Event] = {"g": EagerTurn(Turn("Hel", 1)), "r": TurnResumed(1)}
    moved: dict[str, Any] = {
        "a": idle_turn("x", 1),
        "s": TurnStarted(2),
        "g": EagerTurn(Turn("Hel", 2)),
        "r": TurnResumed(2),
        "t": Turn("Hello.", 2),
    }
    with marbles() as m:
        turns = m.hot("--SgrT|", {**ITEMS, **guess})
        stream = turns.pipe(nudge("x", feedback=m.hot("-i-----", ITEMS)))
        m.expect(stream).to_be("-asgrt|", moved)


def test_who_speaks_is_not_nudged() -> None:
    nudged("S--T---|", "-i------", "S--T---|")


def test_nothing_to_say_is_no_turn() -> None:
    with marbles() as m:
        quiet = nudge(lambda _: None, feedback=m.hot("-i---", ITEMS))
        m.expect(m.hot("-----|", ITEMS).pipe(quiet)).to_be("-----|")


def test_a_prompt_that_fails_is_a_fault() -> None:
    nudged("-----|", "-k---", "-f---|", {"f": Fault("nudge", "LookupError: no words")})


def test_its_turn_carries_the_sources_time() -> None:
    with marbles(0.1) as m:
        stops: dict[str, Event] = {"e": SpeechStopped(10.0)}
        stream = m.hot("-e------", stops).pipe(nudge("x", feedback=m.hot("-----i--", ITEMS)))
        turn = approx(Turn("x", 1, 10.4, 10.4, "idle"))
        m.expect(stream).to_be("-e---n--", {**stops, "n": turn})


def test_never_empty_error_and_early_unsubscription() -> None:
    nudged("---", "---", "---")
    nudged("|", "---", "|")
    nudged("-S#", "---", "-S#")
    with marbles() as m:
        turns, idle = m.hot("-S-T", ITEMS), m.hot("----i", ITEMS)
        m.expect(turns.pipe(nudge("x", feedback=idle)), "^--!").to_be("-S-", ITEMS)
        m.expect_subscriptions(turns, "^--!")
        m.expect_subscriptions(idle, "^--!")


def test_two_subscribers_count_each_on_their_own() -> None:
    with marbles() as m:
        stream = m.hot("------", ITEMS).pipe(nudge(text, feedback=m.hot("-i-j--", ITEMS)))
        values: dict[str, Any] = {**ITEMS, "c": idle_turn("Idle 2.", 2)}
        m.expect(stream).to_be("-a-c--", values)
        m.expect(stream, "--^").to_be("---d--", {"d": idle_turn("Idle 2.", 1)})


def patient(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    memory = Memory()

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(respond(llm, memory), synthesize(tts), pace())

    def prompt(idle: UserIdle) -> str | None:
        return "(The user is silent.)" if idle.count < 3 else None

    return with_feedback(
        lambda fed: rx.compose(
            aggregate_turn(),
            nudge(prompt, feedback=fed),
            interruptible(reply),
            bot_speech(),
            user_idle(3.0),
            memory.record(),
        )
    )


def test_tu22_in_a_call_the_bot_asks_twice_and_then_waits() -> None:
    call = conversation(
        patient,
        user="[-]'hello' 20s [-]'sorry' 1s",
        llm=["Hello. Who is there?", "Are you there?", "Hello?", "No problem."],
        history=[
            "user: hello",
            "bot: Hello. Who is there?",
            "user: (The user is silent.)",
            "bot: Are you there?",
            "user: (The user is silent.)",
            "bot: Hello?",
            "user: sorry",
            "bot: No problem.",
        ],
    )
    assert [idle.count for idle in call.only(UserIdle)][:3] == [1, 2, 3]
    assert [started.number for started in call.only(ReplyStarted)] == [1, 2, 3, 4]


def test_tu22_in_a_call_a_user_who_answers_is_not_nudged() -> None:
    call = conversation(
        patient,
        user="[-]'hello'------------------------[-]'yes'",
        llm=["Hello?", "Fine."],
        linger=1.0,
    )
    assert call.only(UserIdle) == []

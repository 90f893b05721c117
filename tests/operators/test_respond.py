"""A language model answers (LM01, LM02)."""

from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.context import Context, Memory, Message
from rxvoice.contracts import Chat
from rxvoice.errors import ModelUnavailable, ProviderRejected
from rxvoice.items import (
    Event,
    Fault,
    Metric,
    ResponseEnded,
    ResponseStarted,
    Thought,
    ThoughtEnded,
    ThoughtStarted,
    Token,
    ToolCall,
    Turn,
    Usage,
)
from rxvoice.operators import respond
from rxvoice.testing import OnNext, anything, like, marbles

TURN: dict[str, Event] = {"A": Turn("hello", 1), "B": Turn("again", 2)}
SAID = {"h": Token("Hi"), "y": Token(" you"), "e": Token(""), "u": Usage("llm", 3, 2)}
MARKS: dict[str, object] = {
    **SAID,
    "[": ResponseStarted(1),
    "]": ResponseEnded(1, "Hi you"),
    "1": ResponseStarted(1),
    "9": ResponseEnded(1, "Hi you"),
    "0": ResponseEnded(1, ""),
    "2": ResponseStarted(2),
    "8": ResponseEnded(2, "Hi you"),
    "m": Metric("llm", "ttfb", 0.02),
}


def chat(stream: Observable[Token | Thought | ToolCall | Usage]) -> Chat:
    return lambda _: stream


def test_lm01_text_comes_between_a_start_and_an_end_mark() -> None:
    with marbles() as m:
        llm = m.cold("-h-y-u|", SAID)
        out = m.hot("-A--------|", TURN).pipe(respond(chat(llm)))
        m.expect(out).to_be("-1(m h)-y-u9--|", MARKS)
        m.expect_subscriptions(llm, "-^-----!")


def test_lm01_the_end_mark_comes_after_an_error_too() -> None:
    with marbles() as m:
        llm = m.cold("-h-#", SAID, error=RuntimeError("down"))
        values = {
            **MARKS,
            "f": Fault("llm", "RuntimeError: down"),
            "x": ResponseEnded(1, "Hi", failed=True),
        }
        out = m.hot("-A------|", TURN).pipe(respond(chat(llm)))
        m.expect(out).to_be("-1(m h)-(f x)---|", values)


def test_lm01_the_end_mark_comes_after_a_time_out_too() -> None:
    with marbles() as m:
        llm = m.cold("-----", SAID)
        values = {
            **MARKS,
            "f": Fault("llm", "the model said nothing for 2 s"),
            "x": ResponseEnded(1, "", failed=True),
        }
        out = m.hot("-A 3s |", TURN).pipe(respond(chat(llm), timeout=2.0))
        m.expect(out).to_be("-1 1980ms (f x) 1s |", values)
        m.expect_subscriptions(llm, "-^ 1980ms !")


def test_lm01_the_end_mark_comes_before_the_sources_own_error_too() -> None:
    """What waits is not answered any more."""
    values = {**MARKS, "x": ResponseEnded(1, "Hi you", failed=True)}
    with marbles() as m:
        llm = m.cold("-h-y---|", SAID)
        turns = m.hot("-A-Bu#", {**TURN, **SAID}, error=ConnectionError("gone"))
        m.expect(turns.pipe(respond(chat(llm)))).to_be(
            "-1(m h)-y(x #)", values, error=ConnectionError("gone")
        )
        m.expect_subscriptions(llm, "-^---!")


def test_a_source_that_fails_between_two_answers_just_fails() -> None:
    with marbles() as m:
        turns = m.hot("-A----#", TURN)
        m.expect(turns.pipe(respond(chat(m.cold("-h-y|", SAID))))).to_be("-1(m h)-y9#", MARKS)


@pytest.mark.parametrize(
    ("error", "fatal"),
    [
        (ProviderRejected("bad key", provider="x", status=401), True),
        (ModelUnavailable("nowhere"), True),
        (ConnectionError("lost"), False),
    ],
)
def test_a_fault_is_fatal_when_trying_again_cannot_help(error: Exception, fatal: bool) -> None:
    with marbles() as m:
        out = m.hot("A-|", TURN).pipe(respond(chat(rx.throw(error))))
        values = {**MARKS, "f": like(Fault, fatal=fatal, cause=error), "x": like(ResponseEnded)}
        m.expect(out).to_be("(1 f x)-|", values)


def test_the_time_out_counts_from_the_last_piece() -> None:
    with marbles() as m:
        llm = m.cold("900ms h 900ms y 900ms h 2s y|", SAID)
        log = m.record(m.hot("A 9s |", TURN).pipe(respond(chat(llm), timeout=1.0)))
    faults = [at for at, n in log if isinstance(n, OnNext) and isinstance(n.value, Fault)]
    assert faults == pytest.approx([0.9 + 0.92 + 0.92 + 1.0])


def test_lm01_empty_pieces_are_skipped() -> None:
    with marbles() as m:
        llm = m.cold("-ehyue|", SAID)
        values = {**MARKS, "m": Metric("llm", "ttfb", 0.04)}
        out = m.hot("A---------|", TURN).pipe(respond(chat(llm)))
        m.expect(out).to_be("1-(m h)yu-9---|", values)


def test_lm02_unsubscribing_closes_the_models_stream() -> None:
    with marbles() as m:
        llm = m.cold("-h-y-----", SAID)
        out = m.hot("-A-------", TURN).pipe(respond(chat(llm)))
        m.expect(out, subscription="^---!").to_be("-1(m h)-", MARKS)
        m.expect_subscriptions(llm, "-^--!")


def test_lm02_who_leaves_at_the_start_mark_has_the_model_not_asked() -> None:
    asked: list[Context] = []

    def model(context: Context) -> Observable[ToolCall]:
        asked.append(context)
        return rx.just(ToolCall("c", "gone"))

    with marbles() as m:
        out = m.hot("-A-------", TURN).pipe(respond(model, Memory()), ops.take(1))
        m.expect(out).to_be("-(1|)", MARKS)
    assert asked == []


def test_lm27_thoughts_come_between_marks_of_their_own() -> None:
    values = {
        **MARKS,
        "t": Thought("hm"),
        "u": Thought("so"),
        "s": ThoughtStarted(1),
        "v": ThoughtEnded(1, "hmso"),
    }
    with marbles() as m:
        llm = m.cold("-tuh|", values)
        out = m.hot("A-----|", TURN).pipe(respond(chat(llm)))  # pyright: ignore[reportArgumentType]
        m.expect(out).to_be("1(m s t)u(v h)0-|", {**values, "0": ResponseEnded(1, "Hi")})


def test_calls_of_tools_pass_when_they_are_not_to_be_run() -> None:
    values = {**MARKS, "c": ToolCall("1", "look", {"q": 1})}
    with marbles() as m:
        llm = m.cold("-hc|", values)
        out = m.hot("A-----|", TURN).pipe(respond(chat(llm), run_tools=False))  # pyright: ignore[reportArgumentType]
        m.expect(out).to_be("1(m h)c0--|", {**values, "0": ResponseEnded(1, "Hi")})


def test_an_apology_is_said_when_the_model_failed_before_its_first_word() -> None:
    with marbles() as m:
        llm = m.cold("-#", SAID, error=RuntimeError("down"))
        values = {
            **MARKS,
            "f": Fault("llm", "RuntimeError: down"),
            "s": Token("Sorry."),
            "x": ResponseEnded(1, "Sorry.", failed=True),
        }
        out = m.hot("A----|", TURN).pipe(respond(chat(llm), apology="Sorry."))
        m.expect(out).to_be("1(f s x)---|", values)


def test_a_model_that_raises_at_the_call_is_a_fault() -> None:
    def broken(_: Context) -> Observable[Token | Thought | ToolCall | Usage]:
        raise RuntimeError("no")

    with marbles() as m:
        values = {**MARKS, "f": anything, "x": ResponseEnded(1, "", failed=True)}
        m.expect(m.hot("A--|", TURN).pipe(respond(broken))).to_be("(1 f x)--|", values)


def test_turns_are_answered_one_after_another() -> None:
    with marbles() as m:
        llm = m.cold("-h-y|", SAID)
        out = m.hot("AB---------|", TURN).pipe(respond(chat(llm)))
        values = {**MARKS, "n": anything}
        m.expect(out).to_be("1(m h)-y(9 2)(n h)-y8--|", values)


def test_what_is_no_turn_passes() -> None:
    with marbles() as m:
        m.expect(m.hot("-x-|", {"x": Token("x")}).pipe(respond(chat(rx.never())))).to_be(
            "-x-|", {"x": Token("x")}
        )
        m.expect(m.cold("|", TURN).pipe(respond(chat(rx.never())))).to_be("|")
        m.expect(m.cold("-#", TURN).pipe(respond(chat(rx.never())))).to_be("-#")
        m.expect(m.cold("--", TURN).pipe(respond(chat(rx.never())))).to_be("--")


def test_the_model_is_given_the_conversation() -> None:
    seen: list[Context] = []

    def listening(context: Context) -> Observable[Token | Thought | ToolCall | Usage]:
        seen.append(context)
        return rx.empty()

    memory = Memory(Context("be kind", (Message("user", "x"), Message("assistant", "y"))))
    with marbles() as m:
        m.record(m.hot("A|", TURN).pipe(respond(listening, memory)))
    assert [(c.system, [x.text for x in c.messages]) for c in seen] == [
        ("be kind", ["x", "y", "hello"])
    ]
    assert len(memory.context.messages) == 2


def test_a_turn_that_the_memory_has_recorded_is_not_added_twice() -> None:
    seen: list[Context] = []

    def listening(context: Context) -> Observable[Token | Thought | ToolCall | Usage]:
        seen.append(context)
        return rx.empty()

    memory = Memory(Context("", (Message("user", "hello"),)))
    with marbles() as m:
        m.record(m.hot("A|", TURN).pipe(respond(listening, memory)))
    assert [x.text for x in seen[0].messages] == ["hello"]


def test_two_subscribers_ask_twice() -> None:
    with marbles() as m:
        llm = m.cold("-h-y|", SAID)
        out = m.hot("A------|", TURN).pipe(respond(chat(llm)))
        m.expect(out).to_be("1(m h)-y9--|", MARKS)
        m.expect(out).to_be("1(m h)-y9--|", MARKS)
        m.expect_subscriptions(llm, "^---!", "^---!")


def test_bad_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="timeout"):
        respond(chat(rx.never()), timeout=-1.0)
    wrong: Any = "be kind"
    with pytest.raises(TypeError, match="llm must be a function of a conversation, got 'be kind'"):
        respond(wrong)
    with pytest.raises(TypeError, match="memory must be a Memory, got a str"):
        respond(chat(rx.never()), wrong)

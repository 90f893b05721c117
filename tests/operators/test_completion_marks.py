"""A model that says whether the user has finished (TU23)."""

import logging
from typing import Any

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable

from rxvoice import Memory, Operator
from rxvoice.context import CompletionMarkers
from rxvoice.contracts import Chat, Synthesizer
from rxvoice.items import (
    CompletionMark,
    Event,
    Fault,
    ResponseEnded,
    ResponseStarted,
    Thought,
    Token,
    ToolCall,
    Turn,
    Usage,
)
from rxvoice.operators import (
    aggregate_turn,
    completion_marks,
    interruptible,
    pace,
    respond,
    synthesize,
)
from rxvoice.testing import MarbleError, conversation, marbles
from rxvoice.testing.calls import Call, ScriptedLLM

ITEMS: dict[str, Event] = {
    "1": ResponseStarted(7),
    "e": ResponseEnded(7, "all"),
    "y": Token("✓"),
    "o": Token("○"),
    "q": Token("◐"),
    "Y": Token("✓ Yes"),
    "O": Token("○ Well"),
    "_": Token(" "),
    "a": Token(" Yes"),
    "A": Token("Yes"),
    "b": Token(", sir."),
    "k": ToolCall("1", "weather"),
    "h": Thought("hm"),
    "u": Usage("llm", 1, 1),
    "f": Fault("llm", "down"),
    "m": CompletionMark("complete", "✓"),
    "s": CompletionMark("short", "○"),
    "l": CompletionMark("long", "◐"),
}


def marked(text: str, out: str, again: str = "|", **options: Any) -> list[Turn]:
    """Expect what comes out of an answer; return what the model is asked again."""
    asked: list[Turn] = []
    with marbles(0.5) as m:

        def ask(turns: Observable[Event]) -> Observable[Event]:
            turns.subscribe(asked.append)  # pyright: ignore
            return m.cold(again, ITEMS)

        m.expect(m.cold(text, ITEMS).pipe(completion_marks(ask, **options))).to_be(out, ITEMS)
    return asked


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("1Yb--e|", "1(m A)b--e|"),
        ("1y-ab-e|", "1m-Ab-e|"),
        ("1y_ab-e|", "1m-Ab-e|"),
        ("1_y_Ab-e|", "1-m-Ab-e|"),
        ("1hy-kAue|", "1hm-kAue|"),
    ],
    ids=["in one", "sign first", "blank alone", "blank before it", "other items pass"],
)
def test_tu23_an_answer_to_a_complete_turn_is_spoken_without_its_sign(text: str, out: str) -> None:
    assert marked(text, out) == []


def test_tu23_an_answer_to_what_is_not_complete_is_silenced() -> None:
    marked("1o-e|", "1s-e-------|")
    marked("1O-abe|", "1s---e-----|")


@pytest.mark.parametrize(("text", "wait"), [("1o-e|", "-------"), ("1q-e|", "-" * 17)])
def test_tu23_after_five_or_ten_seconds_the_model_is_asked_to_encourage_the_user(
    text: str, wait: str
) -> None:
    sign = "s" if "o" in text else "l"
    (asked,) = marked(text, f"1{sign}-e{wait}1(m A)b-e|", "1Yb-e|")
    assert asked.number == 7
    prompt = CompletionMarkers().short_prompt if sign == "s" else CompletionMarkers().long_prompt
    assert asked.text == CompletionMarkers().written(prompt)
    assert "✓" in asked.text


def test_the_time_counts_from_the_sign_but_the_answer_ends_first() -> None:
    marked("1o" + "-" * 14 + "e|", "1s" + "-" * 14 + "e1(m A)e|", "1Ye|")


def test_tu23_waits_may_be_others() -> None:
    marked("1oe|", "1se1(m A)e|", "1Ye|", short_wait=1.0)


def test_an_answer_that_says_again_that_it_is_not_complete_ends_it() -> None:
    """Else the model would be asked for ever."""
    assert len(marked("1oe|", "1se1le|", "1qe|", short_wait=1.0)) == 1


def test_tu23_an_answer_without_a_sign_is_spoken_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    marked("1Ab-e|", "1Ab-e|")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "completion marker" in record.getMessage()
    assert "Yes" not in record.getMessage()


def test_a_sign_in_the_midst_of_an_answer_is_text() -> None:
    marked("1AYe|", "1AYe|")


def test_an_answer_that_ends_in_the_midst_of_a_sign_is_spoken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    values = {**ITEMS, "w": Token("[wa"), "i": Token("lk]")}
    markers = CompletionMarkers(short="[wait]")
    with marbles() as m:
        never = rx.never
        stream = m.cold("1w-e|", values).pipe(completion_marks(lambda _: never(), markers=markers))
        m.expect(stream).to_be("1--(w e)|", values)
        other = m.cold("1wi-e|", values).pipe(completion_marks(lambda _: never(), markers=markers))
        m.expect(other).to_be("1-W-e|", {**values, "W": Token("[walk]")})
    assert len(caplog.records) == 2


def test_an_answer_of_nothing_but_tools_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    marked("1k-e1Y-e|", "1k-e1(m A)-e|")
    marked("1_e|", "1-(_ e)|")
    assert not caplog.records


def test_an_apology_needs_no_sign(caplog: pytest.LogCaptureFixture) -> None:
    marked("1fAe|", "1fAe|")
    assert not caplog.records


def test_the_user_going_on_unsubscribes_the_wait() -> None:
    with marbles(0.5) as m:
        again = m.cold("1Yb-e|", ITEMS)
        stream = m.cold("1oe|", ITEMS).pipe(completion_marks(lambda _: again))
        m.expect(stream, "^-------!").to_be("1se-----", ITEMS)
        m.expect_subscriptions(again)


def test_the_user_going_on_unsubscribes_the_question() -> None:
    with marbles(0.5) as m:
        again = m.cold("1Yb-e|", ITEMS)
        stream = m.cold("1oe|", ITEMS).pipe(completion_marks(lambda _: again))
        m.expect(stream, "^------------!").to_be("1se--------1(m A)", ITEMS)
        m.expect_subscriptions(again, "-----------^-!")


def test_asking_again_in_vain_is_a_fault() -> None:
    def ask(_: Observable[Event]) -> Observable[Event]:
        raise LookupError("gone")

    with marbles(0.5) as m:
        stream = m.cold("1oe|", ITEMS).pipe(completion_marks(ask, short_wait=1.0))
        gone = Fault("completion", "LookupError: gone")
        m.expect(stream).to_be("1se(f|)", {**ITEMS, "f": gone})
        lost = m.cold("1#", ITEMS, error=ConnectionError("lost"))
        failing = m.cold("1oe|", ITEMS).pipe(completion_marks(lambda _: lost, short_wait=1.0))
        fault = Fault("completion", "ConnectionError: lost")
        m.expect(failing).to_be("1se1(f|)", {**ITEMS, "f": fault})


def test_never_empty_and_error() -> None:
    with marbles() as m:
        never: Observable[Event] = rx.never()
        for diagram in ("---", "|", "1a#", "1#"):
            stream = m.cold(diagram, ITEMS).pipe(completion_marks(lambda _: never))
            m.expect(stream).to_be(diagram, ITEMS, error=MarbleError("#"))
        held = m.cold("1_#", ITEMS).pipe(completion_marks(lambda _: never))
        m.expect(held).to_be("1-(_ #)", ITEMS)


def test_two_subscribers_have_answers_of_their_own() -> None:
    with marbles() as m:
        never: Observable[Event] = rx.never()
        stream = m.hot("1y-A-b-e|", ITEMS).pipe(completion_marks(lambda _: never))
        m.expect(stream).to_be("1m-A-b-e|", ITEMS)
        m.expect(stream, "--^").to_be("---A-b-e|", ITEMS)


@given(
    st.sampled_from(["✓", "○", "[go on]"]),
    st.text("ab ✓", max_size=8),
    st.lists(st.integers(1, 4), max_size=12),
)
def test_tu23_tokens_may_be_split_anywhere(sign: str, rest: str, cuts: list[int]) -> None:
    whole, pieces = f" {sign} {rest}", list[str]()
    at = 0
    for size in [*cuts, len(whole)]:
        pieces.append(whole[at : at + size])
        at += size
    values = {chr(0x4E00 + k): Token(piece) for k, piece in enumerate(pieces) if piece}
    markers = CompletionMarkers(long="[go on]")
    with marbles() as m:
        empty: Observable[Event] = rx.empty()
        stream = m.cold("".join(values) + "|", values)
        log = m.record(stream.pipe(completion_marks(lambda _: empty, markers=markers)))
    items = [getattr(note, "value", None) for _, note in log]
    assert isinstance(items[0], CompletionMark)
    assert items[0].marker == sign
    text = "".join(item.text for item in items if isinstance(item, Token))
    assert text == (rest.lstrip() if sign == "✓" else "")


def agent(llm: Chat, tts: Synthesizer) -> Operator[Event, Event]:
    memory = Memory("You take bookings.")
    markers = CompletionMarkers()
    ask = respond(markers.chat(llm), memory)

    def reply(turn: Turn) -> Observable[Event]:
        asked: Observable[Event] = rx.just(turn)
        return asked.pipe(ask, completion_marks(ask, markers=markers), synthesize(tts), pace())

    return rx.compose(aggregate_turn(), interruptible(reply), memory.record())


def asked_of(call: Call, index: int) -> list[str]:
    llm = call.llm
    assert isinstance(llm, ScriptedLLM)
    return [f"{message.role}: {message.text}" for message in llm.asked[index].messages]


def test_tu23_in_a_call_the_bot_waits_until_the_user_has_finished() -> None:
    call = conversation(
        agent,
        user="[-]'I would like' 2.5s [-]'a table for two'",
        llm=["○", "✓ For two."],
        history=["user: I would like", "bot: ○", "user: a table for two", "bot: For two."],
    )
    assert asked_of(call, 1) == ["user: I would like", "assistant: ○", "user: a table for two"]


def test_tu23_in_a_call_the_bot_encourages_a_user_who_does_not_go_on() -> None:
    call = conversation(
        agent,
        user="[-]'let me think' 20s [-]'for two'",
        llm=["◐", "✓ Take your time.", "✓ For two."],
        history=[
            "user: let me think",
            "bot: ◐",
            "bot: Take your time.",
            "user: for two",
            "bot: For two.",
        ],
    )
    assert asked_of(call, 1)[:2] == ["user: let me think", "assistant: ◐"]
    assert "no hurry" in asked_of(call, 1)[2]
    assert asked_of(call, 2) == [
        "user: let me think",
        "assistant: ◐",
        "assistant: ✓ Take your time.",
        "user: for two",
    ]
    judged = [mark.completeness for mark in call.only(CompletionMark)]
    assert judged == ["long", "complete", "complete"]
    first, second, _ = call.times(ResponseStarted)
    assert second - first == pytest.approx(0.3 + 10.0)


def test_a_negative_wait_is_refused() -> None:
    never: Observable[Event] = rx.never()
    with pytest.raises(ValueError, match="short_wait"):
        completion_marks(lambda _: never, short_wait=-1.0)
    with pytest.raises(ValueError, match="long_wait"):
        completion_marks(lambda _: never, long_wait=-1.0)

"""What all providers make of a conversation first (CX02, CX06, CX07, CX08, CX09, CX19)."""

import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice import Context, ImagePart, Message
from rxvoice.context import for_log
from rxvoice.context._prepared import Prepared, Warned, plain_roles, prepare
from rxvoice.items import ToolCall

USER = Message("user", "Hi.")
SYSTEM = Message("system", "be brief")
THOUGHT = Message("assistant", "hm", provider="gemini", data={"signature": "x"})


def prepared(context: Context, provider: str = "openai", **options: str | bool) -> Prepared:
    return prepare(context, provider, Warned(), **options)  # pyright: ignore[reportArgumentType]


def warnings(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.getMessage()) for record in caplog.records]


def test_cx02_what_only_another_provider_understands_is_left_out_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context = Context("", (USER, THOUGHT, THOUGHT, Message("assistant", "Hello.")))
    warned = Warned()
    for text in "abc":
        found = prepare(context.add(replace(THOUGHT, text=text)), "openai", warned)
        assert found.messages == (USER, Message("assistant", "Hello."))
    assert warnings(caplog) == [
        (logging.ERROR, "openai does not understand messages of gemini; they are left out")
    ]
    assert context.messages[1] is THOUGHT


def test_cx02_a_provider_gets_its_own(caplog: pytest.LogCaptureFixture) -> None:
    context = Context("", (USER, THOUGHT))
    assert prepared(context, "gemini").messages == (USER, THOUGHT)
    assert warnings(caplog) == []


def test_cx02_each_other_provider_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    foreign = Message("assistant", provider="anthropic", data={"a": 1})
    prepared(Context("", (USER, THOUGHT, foreign)))
    assert [level for level, _ in warnings(caplog)] == [logging.ERROR] * 2


def test_cx02_the_answers_of_calls_that_are_left_out_go_with_them() -> None:
    foreign = Message("assistant", calls=(ToolCall("1", "look"),), provider="gemini")
    answer = Message("tool", "7", answers="1")
    assert prepared(Context("", (USER, foreign, answer))).messages == (USER,)


def test_cx07_only_the_first_system_message_is_an_instruction() -> None:
    later = Message("system", "the door is open")
    found = prepared(Context("", (SYSTEM, USER, later)))
    assert found == Prepared("be brief", (USER, later))
    assert prepared(Context("", (USER, SYSTEM))) == Prepared("", (USER, SYSTEM))
    remark = Message("developer", "be brief")
    assert prepared(Context("", (remark, USER))) == Prepared("", (remark, USER))
    assert prepared(Context("", (SYSTEM, SYSTEM, USER))) == Prepared("be brief", (SYSTEM, USER))


def test_cx06_remarks_are_said_by_the_user_where_there_are_no_such_roles() -> None:
    remark = Message("developer", "the door is open")
    messages = (USER, remark, SYSTEM, Message("assistant", "Oh."))
    assert [message.role for message in plain_roles(messages)] == [
        "user",
        "user",
        "user",
        "assistant",
    ]
    assert remark.role == "developer"
    assert prepared(Context("", messages)).messages == messages


def test_cx07_a_first_system_message_without_text_is_no_message_either() -> None:
    for text in ("", " \n"):
        blank = Message("system", text)
        assert prepared(Context("", (blank, USER))) == Prepared("", (USER,))
        assert prepared(Context(text, (blank,)), instruction=text) == Prepared("", ())
        assert prepared(Context("be brief", (blank, USER))) == Prepared("be brief", (USER,))


def test_cx02_a_first_system_message_of_another_provider_is_no_instruction() -> None:
    foreign = Message("system", "be brief", provider="gemini", data={"role": "system"})
    assert prepared(Context("", (foreign, USER))) == Prepared("", (USER,))
    assert prepared(Context("", (foreign, USER)), "gemini").messages == (foreign, USER)


@pytest.mark.parametrize("context", [Context("be brief"), Context("", (SYSTEM,))])
def test_cx08_a_lone_instruction_is_what_the_user_says(context: Context) -> None:
    assert prepared(context) == Prepared("", (Message("user", "be brief"),))
    assert prepared(context, lone=False) == Prepared("be brief", ())


def test_cx08_with_additions_and_with_what_is_left_out() -> None:
    context = Context("be brief", (THOUGHT,)).with_addition("tone", "be kind")
    assert prepared(context).messages == (Message("user", "be brief\n\nbe kind"),)
    assert prepared(Context()) == Prepared("", ())


def test_cx09_the_providers_instruction_wins_and_that_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warned = Warned()
    for context in (Context("be kind", (USER,)), Context("", (SYSTEM, USER))) * 2:
        found = prepare(context, "openai", warned, instruction="be quick")
        assert found == Prepared("be quick", (USER,))
    assert warnings(caplog) == [(logging.WARNING, "openai: more than one instruction")]


def test_cx09_the_instruction_of_the_conversation_wins_over_a_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert prepared(Context("be kind", (SYSTEM, USER))) == Prepared("be kind", (USER,))
    assert [level for level, _ in warnings(caplog)] == [logging.WARNING]


def test_cx09_additions_stay_whichever_wins() -> None:
    context = Context("be kind", (USER,)).with_addition("tone", "smile")
    assert prepared(context, instruction="be quick").instruction == "be quick\n\nsmile"


def test_cx09_the_same_instruction_twice_is_nothing_to_tell(
    caplog: pytest.LogCaptureFixture,
) -> None:
    prepared(Context("be brief", (SYSTEM, USER)), instruction="be brief")
    prepared(Context("be brief", (USER,)))
    prepared(Context("", (SYSTEM, USER)))
    assert warnings(caplog) == []


CALLS = st.lists(st.sampled_from("123"), min_size=1, max_size=2, unique=True)
MESSAGES = st.lists(
    st.one_of(
        st.sampled_from([USER, SYSTEM, Message("assistant", "b"), THOUGHT]),
        CALLS.map(
            lambda ids: Message("assistant", calls=tuple(ToolCall(one, "look") for one in ids))
        ),
        st.sampled_from("1234").map(lambda id_: Message("tool", f"of {id_}", answers=id_)),
    ),
    max_size=12,
)


@given(MESSAGES)
def test_every_call_has_one_answer_right_behind_it_and_no_answer_is_alone(
    messages: list[Message],
) -> None:
    context = Context("", tuple(messages))
    left = list(prepared(context).messages)
    while left:
        message = left.pop(0)
        assert message.role != "tool"
        for call in message.calls:
            answer = left.pop(0)
            assert (answer.role, answer.answers) == ("tool", call.id)
    assert context.messages == tuple(messages)


def test_cx19_what_is_asked_is_logged_at_debug_without_what_fills_logs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    picture = ImagePart(b"x" * 1_000)
    context = Context("Be kind.").add(Message("user", "What is this?", parts=(picture,)))
    with caplog.at_level(logging.INFO):
        prepare(context, "deep", Warned())
    assert caplog.records == []
    with caplog.at_level(logging.DEBUG):
        prepare(context, "deep", Warned())
    (record,) = caplog.records
    assert record.getMessage() == "deep is asked"
    assert record.__dict__["pii.context"] == for_log(context) != context

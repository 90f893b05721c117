"""Which messages are summarised, and what takes their place (CX20, CX22, CX23)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.context import AudioPart, Context, ImagePart, Message, advance
from rxvoice.context._summary import estimated_tokens, summary_range, written_out
from rxvoice.items import (
    AppendMessages,
    ApplySummary,
    ReplaceMessages,
    ToolCall,
    ToolProgress,
    ToolResult,
    ToolsCancelled,
    Turn,
)

USER = Message("user", "u")
BOT = Message("assistant", "b")
SYSTEM = Message("system", "s")


def call(id_: str, *, background: bool = False) -> Message:
    return Message("assistant", calls=(ToolCall(id_, "look", {}, background),))


def answer(id_: str) -> Message:
    return Message("tool", "7", answers=id_)


def place(messages: Sequence[Message], keep: int) -> tuple[int, int] | None:
    found = summary_range(Context(messages=tuple(messages)), keep)
    return found and (found.start, found.stop)


@pytest.mark.parametrize(
    ("messages", "keep", "wanted"),
    [
        ([], 4, None),
        ([USER, BOT] * 2, 4, None),
        ([USER, BOT] * 3, 4, (0, 2)),
        ([USER, BOT] * 3, 5, None),  # one message alone is not made shorter
        ([USER, BOT] * 3, 0, (0, 6)),
        ([USER, BOT] * 3, 99, None),
        ([SYSTEM, *[USER, BOT] * 3], 4, (1, 3)),
        ([USER, SYSTEM, USER, BOT], 1, (0, 3)),  # only the first one is a preamble
        ([SYSTEM, SYSTEM, USER, BOT], 1, (1, 3)),
        ([SYSTEM], 0, None),
    ],
)
def test_cx22_what_is_summarised(
    messages: Sequence[Message], keep: int, wanted: tuple[int, int] | None
) -> None:
    assert place(messages, keep) == wanted


@pytest.mark.parametrize(
    ("messages", "keep", "wanted"),
    [
        ([USER, BOT, call("1"), answer("1"), USER], 1, (0, 4)),
        ([USER, BOT, call("1"), answer("1"), USER], 2, (0, 2)),  # the answer is kept
        ([USER, BOT, call("1"), USER, BOT, USER], 1, (0, 2)),  # there is no answer
        ([call("1"), USER, BOT, USER, BOT], 1, None),
        # what stops before one call opens another one, which was answered behind it
        ([USER, BOT, call("1"), USER, call("2"), answer("1"), BOT, answer("2")], 1, (0, 2)),
        # one of two calls of a response
        ([USER, BOT, Message("assistant", calls=(ToolCall("1", "a"), ToolCall("2", "b"))),
          answer("1"), answer("2"), USER], 2, (0, 2)),
        # an id that is used again
        ([call("1"), answer("1"), call("1"), USER, BOT], 1, (0, 2)),
        # what a provider wants back with the call
        ([USER, BOT, Message("assistant", provider="p", data={"a": 1}), call("1"), USER], 0,
         (0, 2)),
    ],
)  # fmt: skip
def test_cx22_a_call_is_not_parted_from_its_answer(
    messages: Sequence[Message], keep: int, wanted: tuple[int, int] | None
) -> None:
    assert place(messages, keep) == wanted


def background(*events: ToolProgress | ToolResult | ToolsCancelled) -> Context:
    context = Context(messages=(USER, BOT))
    context = advance(context, ToolCall("1", "look", {}, background=True))
    for event in events:
        context = advance(context, event)
    return context.add(USER, BOT, USER)


def test_cx22_a_tool_that_runs_in_the_background_stops_the_range_before_it() -> None:
    assert summary_range(background(), 0) == slice(0, 2)
    progress = ToolProgress("1", "look", 1)
    assert summary_range(background(progress), 0) == slice(0, 2)
    done = ToolResult("1", "look", 2, background=True)
    assert summary_range(background(progress, done), 0) == slice(0, 9)
    assert summary_range(background(progress, done), 4) == slice(0, 2)  # its end is kept
    cancelled = ToolsCancelled((ToolCall("1", "look", {}, background=True),))
    assert summary_range(background(cancelled), 0) == slice(0, 8)


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"status": "finished"}', "[" * 100_000])
def test_cx22_other_remarks_of_the_application_end_no_call(text: str) -> None:
    context = background().append("developer", text)
    assert summary_range(context, 0) == slice(0, 2)


MESSAGES = st.lists(
    st.one_of(
        st.sampled_from([USER, BOT, SYSTEM, Message("developer", "d")]),
        st.sampled_from("123").map(call),
        st.sampled_from("123").map(answer),
    ),
    max_size=14,
)


@given(MESSAGES, st.integers(0, 5))
def test_cx22_whatever_is_summarised_nothing_is_left_without_its_counterpart(
    messages: list[Message], keep: int
) -> None:
    context = Context(messages=tuple(messages))
    found = summary_range(context, keep)
    if found is None:
        return
    start = int(messages[0].role == "system")
    assert found.start == start
    assert start + 2 <= found.stop <= len(messages) - keep
    waiting: list[str] = []
    for message in messages[found]:
        if message.answers in waiting:
            waiting.remove(message.answers)
        waiting += [one.id for one in message.calls if one.id not in waiting]
    assert waiting == []
    summary = ApplySummary("short", context.messages[found])
    after = advance(context, summary).messages
    assert after[:start] == context.messages[:start]
    assert after[start] == Message("user", "short")
    assert after[start + 1 :] == context.messages[found.stop :]


def test_cx20_tokens_are_estimated() -> None:
    assert estimated_tokens([]) == 0
    assert estimated_tokens([Message("user", "x" * 400)]) == 110
    assert estimated_tokens([USER, Message("user", parts=(ImagePart(url="a"),))]) == 520
    second = AudioPart(bytes(32_000))
    assert estimated_tokens([Message("user", parts=(second,))]) == 20
    called = Message("assistant", calls=(ToolCall("1", "look", {"a": "x" * 391}),))
    assert estimated_tokens([called]) == pytest.approx(110, abs=2)
    assert estimated_tokens([Message("assistant", provider="p", data={"s": "x" * 400})]) > 105


def test_cx20_messages_are_written_down_for_the_model() -> None:
    messages = [
        Message("user", "Look.", name="Ann", parts=(ImagePart(url="u", text="a door"),)),
        Message("assistant", provider="p", data={"signature": "secret"}),
        Message("assistant", calls=(ToolCall("1", "open", {"door": "ä"}),)),
        Message("tool", "done", answers="1"),
        Message("assistant", "It is", interrupted=True),
        Message("user", parts=(AudioPart(b"1"),)),
        Message("assistant", " "),
    ]
    assert written_out(messages).splitlines() == [
        "user Ann: Look. [picture: a door]",
        'call of open: {"door": "ä"}',
        "tool: done",
        "assistant: It is (interrupted)",
        "user: [recording]",
        "assistant:  ",
    ]


HELD = Context("be kind", (SYSTEM, USER, BOT, USER, BOT))
SUMMARY = ApplySummary("short", (USER, BOT))


def test_cx20_a_summary_is_one_message_of_the_user_behind_the_preamble() -> None:
    after = advance(HELD, SUMMARY)
    assert after.messages == (SYSTEM, Message("user", "short"), USER, BOT)
    assert after.system == "be kind"


def test_cx23_what_was_said_meanwhile_stays() -> None:
    later = advance(HELD, Turn("later"))
    assert advance(later, SUMMARY).messages[-2:] == (BOT, Message("user", "later"))


@pytest.mark.parametrize(
    "change",
    [
        ReplaceMessages(()),
        ReplaceMessages((SYSTEM, USER)),
        ReplaceMessages((SYSTEM, BOT, USER, BOT)),
        ReplaceMessages((USER, SYSTEM, BOT, USER)),
        SUMMARY,
    ],
)
def test_cx23_a_summary_whose_messages_are_gone_is_ignored(
    change: ReplaceMessages | ApplySummary,
) -> None:
    changed = advance(HELD, change)
    assert advance(changed, SUMMARY) is changed


def test_cx23_a_summary_is_the_same_wherever_messages_are_appended() -> None:
    more = AppendMessages((Message("developer", "more"),))
    assert advance(advance(HELD, more), SUMMARY) == advance(advance(HELD, SUMMARY), more)


def test_a_summary_needs_text_and_messages() -> None:
    with pytest.raises(ValueError, match="text must not be blank"):
        ApplySummary(" ", (USER,))
    with pytest.raises(ValueError, match="messages must not be empty"):
        ApplySummary("x", ())

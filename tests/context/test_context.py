"""The conversation as a pure fold: what was heard, never what was generated."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.context import Context, Message, advance
from rxvoice.items import (
    ClearAudio,
    Event,
    Fault,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    Token,
    Transcript,
    Turn,
    TurnDropped,
    TurnStarted,
    Word,
)
from rxvoice.testing import tone

OTHERS: list[Event] = [
    ClearAudio(1),
    Fault("llm", "down"),
    ReplyStarted(1),
    ResponseEnded(1, "all that was written"),
    ResponseStarted(1),
    Token("written"),
    Transcript("heard", True),
    TurnDropped(1),
    TurnStarted(1),
    Word("spoken", 0.0),
    tone(0.02),
]


def folded(*events: Event, start: Context | None = None) -> Context:
    context = start or Context()
    for event in events:
        context = advance(context, event)
    return context


def test_cx10_a_turn_adds_what_the_user_said() -> None:
    assert folded(Turn("hello")).messages == (Message("user", "hello"),)


def test_cx11_a_reply_adds_what_was_played_and_not_what_was_written() -> None:
    played = folded(Token("one two three"), ResponseEnded(1, "one two three"), ReplyEnded(1, "one"))
    assert played.messages == (Message("assistant", "one"),)


def test_cx11_an_interrupted_reply_is_marked() -> None:
    assert folded(ReplyEnded(1, "one", interrupted=True)).messages == (
        Message("assistant", "one", interrupted=True),
    )


@pytest.mark.parametrize("interrupted", [False, True])
def test_cx11_a_reply_of_which_nothing_was_heard_leaves_no_trace(interrupted: bool) -> None:
    assert folded(ReplyEnded(1, "", interrupted)) == Context()


def test_a_turn_without_text_leaves_no_trace() -> None:
    assert folded(Turn("")) == Context()


@pytest.mark.parametrize("event", OTHERS, ids=lambda event: type(event).__name__)
def test_all_other_events_change_nothing(event: Event) -> None:
    context = Context("be kind", (Message("user", "x"),))
    assert advance(context, event) is context


def test_the_instruction_is_kept_and_is_no_message() -> None:
    context = folded(Turn("x"), ReplyEnded(1, "y"), start=Context("be kind"))
    assert context.system == "be kind"
    assert [message.role for message in context.messages] == ["user", "assistant"]


def test_a_context_never_changes() -> None:
    context = Context("be kind")
    longer = context.append("assistant", "hi", interrupted=True)
    assert context.messages == ()
    assert longer == Context("be kind", (Message("assistant", "hi", True),))
    with pytest.raises(FrozenInstanceError):
        context.system = "be rude"  # pyright: ignore[reportAttributeAccessIssue]


@given(
    st.lists(
        st.one_of(
            st.builds(Turn, st.text("ab ", min_size=1)),
            st.builds(ReplyEnded, st.integers(1, 9), st.text("cd "), st.booleans()),
            st.sampled_from(OTHERS),
        )
    ),
    st.integers(0, 20),
)
def test_a_recorded_call_gives_the_same_wherever_the_fold_is_resumed(
    events: list[Event], at: int
) -> None:
    resumed = folded(*events[at:], start=folded(*events[:at]))
    assert resumed == folded(*events)


def test_what_is_added_is_looked_at_and_what_was_there_is_kept() -> None:
    before = Context("You help.", (Message("user", "Hi."),), additions=(("mood", "Be kind."),))
    after = before.add(Message("assistant", "Hello."), Message("user", "Bye."))
    texts = [message.text for message in after.messages]
    assert texts == ["Hi.", "Hello.", "Bye."]
    assert replace(after, messages=before.messages) == before
    assert len(before.messages) == 1
    with pytest.raises(TypeError, match=r"messages must hold Message, got one str$"):
        before.add("Hello.")  # pyright: ignore[reportArgumentType]

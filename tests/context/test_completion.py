"""How a model is asked to say whether the user has finished (TU23)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.context import CompletionMarkers, Context, Memory, Message, advance
from rxvoice.items import Completeness, CompletionMark, Event

MARKERS = CompletionMarkers()
SAID = (
    Message("user", "I would like"),
    Message("assistant", "○"),
    Message("user", "a table"),
    Message("assistant", "For how many?", interrupted=True),
)


def test_tu23_the_instruction_is_added_to_the_instruction_and_not_to_the_messages() -> None:
    asked = MARKERS.ask(Context("You take bookings.", SAID[:1]))
    assert asked.instruction.startswith("You take bookings.\n\nBegin every answer")
    assert all(sign in asked.instruction for sign in "✓○◐")
    assert "{" not in asked.instruction
    assert asked.messages == SAID[:1]


def test_without_an_instruction_it_is_the_only_one() -> None:
    assert MARKERS.ask(Context()).instruction.startswith("Begin every answer")


def test_tu23_the_model_sees_its_own_answers_with_their_signs() -> None:
    assert MARKERS.ask(Context("", SAID)).messages == (
        *SAID[:3],
        Message("assistant", "✓ For how many?", interrupted=True),
    )


said = st.tuples(st.sampled_from(["user", "assistant"]), st.text("ab \n", min_size=1))


@given(st.text("ab✓ \n", max_size=8), st.lists(said))
def test_tu23_asking_can_be_taken_back(system: str, said: list[tuple[str, str]]) -> None:
    context = Context(system)
    for role, text in said:
        context = context.append("user" if role == "user" else "assistant", text)
    assert MARKERS.forget(MARKERS.ask(context)) == context
    assert MARKERS.forget(context) == context


def test_tu23_when_it_is_not_used_any_more_nothing_is_left_of_it() -> None:
    """The conversation itself holds neither the instruction nor the sign of what was spoken."""
    memory = Memory(Context("Be kind.", SAID))
    asked: list[Context] = []
    MARKERS.chat(asked.append)(memory.context)
    assert asked == [MARKERS.ask(memory.context)]
    assert memory.context == Context("Be kind.", SAID)


@pytest.mark.parametrize("completeness", ["short", "long"])
def test_tu23_an_answer_that_was_silenced_is_remembered_by_its_sign(
    completeness: Completeness,
) -> None:
    event: Event = CompletionMark(completeness, "○")
    assert advance(Context(), event).messages == (Message("assistant", "○"),)


def test_the_sign_of_an_answer_that_was_spoken_is_no_message() -> None:
    assert advance(Context(), CompletionMark("complete", "✓")) == Context()


def test_other_signs_and_texts() -> None:
    markers = CompletionMarkers(complete="[ok]", short="[wait]", instruction="{complete} {short}!")
    assert markers.ask(Context("x")).instruction == "x\n\n[ok] [wait]!"
    assert "[ok]" in markers.written(markers.short_prompt)


@pytest.mark.parametrize(
    ("signs", "name"),
    [
        ({"complete": ""}, "complete"),
        ({"short": " ○"}, "short"),
        ({"long": "○○"}, "long"),
        ({"long": "✓"}, "complete"),
    ],
)
def test_signs_that_could_be_mistaken_are_refused(signs: dict[str, str], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        CompletionMarkers(**signs)

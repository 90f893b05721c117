"""CX04, CX05: what Mistral and Perplexity want of messages."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.context import Context
from rxvoice.context._prepared import Warned
from rxvoice.providers._openai_messages import Dialect, chat_request
from rxvoice.providers._openai_quirks import mistral, perplexity


def told(script: str) -> list[dict[str, Any]]:
    """Messages of a script such as ``"s:Be brief. u:Hi."``."""
    roles = {"s": "system", "u": "user", "a": "assistant"}
    found = re.findall(r"(\w):(\S*)", script)
    return [{"role": roles[role], "content": text} for role, text in found]


CALLS = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "abcdefgh1", "type": "function", "function": {"name": "f"}}],
}
ANSWER = {"role": "tool", "tool_call_id": "abcdefgh1", "content": "{}"}


def test_cx04_between_an_answer_and_the_user_the_assistant_says_a_blank() -> None:
    given = [*told("u:Ring."), CALLS, ANSWER, *told("u:Well?")]
    before = copy.deepcopy(given)
    assert mistral(given) == [
        *given[:3],
        {"role": "assistant", "content": " "},
        given[3],
    ]
    assert given == before


def test_cx04_several_answers_stand_together() -> None:
    second = {**ANSWER, "tool_call_id": "abcdefgh2"}
    given = [*told("u:Ring."), CALLS, ANSWER, second, *told("a:Done.")]
    assert mistral(given) == [*given[:4], {"role": "assistant", "content": "Done.", "prefix": True}]


def test_cx04_an_answer_at_the_end_is_answered_by_the_model() -> None:
    given = [*told("u:Ring."), CALLS, ANSWER]
    assert mistral(given) == given


def test_cx04_a_last_message_of_the_assistant_is_gone_on_with() -> None:
    given = told("u:Hi. a:Hel")
    assert mistral(given)[-1] == {"role": "assistant", "content": "Hel", "prefix": True}
    assert "prefix" not in given[-1]
    assert "prefix" not in mistral(told("u:Hi. a:Hello. u:Well?"))[1]


def test_cx04_later_system_messages_are_the_users() -> None:
    context = Context("Be brief.").append("user", "Hi.").append("system", "It rains.")
    dialect = Dialect("mistral", developer=False, adapter="mistral")
    made = chat_request(context, dialect, Warned())["messages"]
    assert [m["role"] for m in made] == ["system", "user", "user"]


def test_ids_of_other_vendors_fit_mistral() -> None:
    calls = {**CALLS, "tool_calls": [{"id": "call_of_another_vendor"}]}
    answer = {**ANSWER, "tool_call_id": "call_of_another_vendor"}
    asked, answered = mistral([calls, answer])
    assert re.fullmatch(r"[A-Za-z0-9]{9}", answered["tool_call_id"])
    assert asked["tool_calls"][0]["id"] == answered["tool_call_id"]
    assert mistral([CALLS, ANSWER]) == [CALLS, ANSWER]


TURNS = [
    ("u:a", "u:a"),
    ("s:x u:a a:b u:c", "s:x u:a a:b u:c"),
    ("s:x u:a u:b", "s:x u:a+b"),
    ("s:x s:y u:a", "s:x+y u:a"),
    ("s:x u:a s:y", "s:x u:a+y"),
    ("s:x u:a a:b s:y u:c", "s:x u:a a:b u:y+c"),
    ("s:x u:a a:b s:y", "s:x u:a a:b u:y"),
    ("u:a a:b a:c u:d", "u:a a:b+c u:d"),
    ("u:a a:b", "u:a"),
    ("u:a a:b a:c", "u:a"),
    ("s:x", "s:x"),
    ("s:x s:y", "s:x+y"),
    ("s:x a:b u:c", "s:x u:- a:b u:c"),
    ("", ""),
]


@pytest.mark.parametrize(("script", "expected"), TURNS)
def test_cx05_roles_take_turns(script: str, expected: str) -> None:
    given = told(script)
    before = copy.deepcopy(given)
    wanted = [{**m, "content": m["content"].replace("+", "\n")} for m in told(expected)]
    assert perplexity(given) == wanted
    assert given == before


def test_cx05_calls_and_answers_are_not_joined() -> None:
    given = [*told("u:a"), CALLS, ANSWER, {**ANSWER, "tool_call_id": "2"}]
    assert perplexity(given) == given
    assert perplexity([*told("u:a a:b"), CALLS]) == told("u:a")


def test_cx05_pictures_are_joined_with_text() -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://cat"}}
    given = [{"role": "user", "content": "Look."}, {"role": "user", "content": [picture]}]
    (joined,) = perplexity(given)
    assert joined["content"] == [{"type": "text", "text": "Look."}, picture]


def test_cx05_a_lone_instruction_stays_one() -> None:
    dialect = Dialect("perplexity", developer=False, adapter="perplexity", lone=False)
    made = chat_request(Context("Be brief."), dialect, Warned())["messages"]
    assert made == [{"role": "system", "content": "Be brief."}]


@given(st.lists(st.tuples(st.sampled_from("sua"), st.text("xyz", min_size=1, max_size=3))))
def test_cx05_always_alternating(script: list[tuple[str, str]]) -> None:
    roles = {"s": "system", "u": "user", "a": "assistant"}
    made = perplexity([{"role": roles[role], "content": text} for role, text in script])
    spoken = [message["role"] for message in made if message["role"] != "system"]
    assert spoken == ["user", "assistant"] * (len(spoken) // 2) + ["user"] * (len(spoken) % 2)
    assert not spoken or spoken[-1] == "user"
    assert [m["role"] for m in made][: len(made) - len(spoken)] in ([], ["system"])

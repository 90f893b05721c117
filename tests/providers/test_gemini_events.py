"""The answers of the Gemini API, piece by piece."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Source, Sources, Thought, Token, ToolCall, Usage
from rxvoice.providers._gemini_events import ContentEvents, explain
from rxvoice.providers._http_request import rejected
from rxvoice.providers._sse import ServerEvent

from .chats import calls_of


def said(*events: Any) -> list[Any]:
    decoder = ContentEvents()
    items = [item for e in events for item in decoder.read(ServerEvent("", json.dumps(e)))]
    return [*items, *decoder.close()]


def parts(*given_: Any, finish: str = "", **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(given_), "role": "model"}, **more}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate]}


STOP = parts(finish="STOP")


def test_lm27_cx18_thoughts_and_signatures_come_beside_the_text() -> None:
    items = said(
        parts({"text": "Well.", "thought": True}),
        parts({"text": "Hi", "thought": False}, {"text": ""}, {"text": " you."}),
        parts({"text": "", "thoughtSignature": "c2ln"}, finish="STOP"),
    )
    assert items == [
        Thought("Well."),
        Token("Hi"),
        Token(" you."),
        Thought(provider="gemini", data={"thoughtSignature": "c2ln"}),
        Usage("gemini"),
    ]


def test_lm06_calls_come_whole_and_their_signature_in_front_of_them() -> None:
    items = said(
        parts(
            {"functionCall": {"id": "a", "name": "one", "args": {"x": 1}}, "thoughtSignature": "s"},
            {"functionCall": {"name": "two", "args": {}}},
        ),
        parts({"functionCall": {"id": "a", "name": "three"}}, finish="STOP"),
    )
    signed = {"functionCall": "a", "thoughtSignature": "s"}
    assert items[:2] == [Thought(provider="gemini", data=signed), ToolCall("a", "one", {"x": 1})]
    calls = calls_of(items)
    assert [call.name for call in calls] == ["one", "two", "three"]
    assert len({call.id for call in calls} - {""}) == 3


@pytest.mark.parametrize("args", [None, {}, ""])
def test_lm07_a_call_without_arguments_has_none(args: Any) -> None:
    items = said(parts({"functionCall": {"id": "a", "name": "one", "args": args}}), STOP)
    assert calls_of(items) == [ToolCall("a", "one", {})]


@pytest.mark.parametrize("call", [{"name": "one", "args": [1]}, {"args": {"x": 1}}])
def test_lm08_a_broken_call_is_left_out_and_told_of(call: Any) -> None:
    items = said(parts({"functionCall": call}, {"functionCall": {"name": "two"}}), STOP)
    assert [one.name for one in calls_of(items)] == ["two"]
    assert len([item for item in items if isinstance(item, Fault)]) == 1


def test_lm30_numbers_of_every_chunk_are_told_once() -> None:
    usage = {
        "promptTokenCount": 100,
        "candidatesTokenCount": 7,
        "thoughtsTokenCount": 20,
        "cachedContentTokenCount": 60,
        "toolUsePromptTokenCount": 5,
        "totalTokenCount": 132,
    }
    items = said(
        {**parts({"text": "a"}), "usageMetadata": {"promptTokenCount": 100}},
        {**parts({"text": "b"}, finish="STOP"), "usageMetadata": usage},
        {"usageMetadata": None},
    )
    assert items[2:] == [Usage("gemini", 105, 27, cached_tokens=60, reasoning_tokens=20)]


def test_lm37_grounding_is_told_beside_the_text_and_may_be_absent() -> None:
    grounding = {
        "webSearchQueries": ["q", "q", "r"],
        "groundingChunks": [{"web": {"uri": "u", "title": "T"}}, {"web": {"uri": "v"}}, {}],
        "groundingSupports": [
            {"segment": {"text": "one"}, "groundingChunkIndices": [0, 1]},
            {"segment": {"text": "two"}, "groundingChunkIndices": [0]},
            {"groundingChunkIndices": ["x", 99]},
        ],
    }
    items = said(parts({"text": "Hi."}, finish="STOP", groundingMetadata=grounding))
    sources = (Source("T", "u", "one two"), Source("", "v", "one"), Source())
    assert items[1:] == [Sources(sources, ("q", "r")), Usage("gemini")]
    assert said(parts({"text": "Hi."}), STOP) == [Token("Hi."), Usage("gemini")]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("MAX_TOKENS", "greatest length"),
        ("SAFETY", "stopped by the provider: SAFETY"),
        ("RECITATION", "RECITATION"),
        ("MALFORMED_FUNCTION_CALL", "nobody understands"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
    ],
)
def test_reasons_to_finish_are_told(reason: str, words: str) -> None:
    items = said(parts({"text": "Hi."}), parts(finish=reason))
    (fault,) = [item for item in items if isinstance(item, Fault)]
    assert words in fault.message
    assert not fault.fatal


def test_a_blocked_prompt_is_a_refusal_that_ends_nothing_else() -> None:
    with pytest.raises(ProviderRejected, match="blocked: SAFETY") as caught:
        said({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {}})
    assert (caught.value.fatal, caught.value.retryable) == (False, False)


@pytest.mark.parametrize(
    ("code", "status", "fatal", "retryable"),
    [
        (503, "UNAVAILABLE", False, True),
        (429, "RESOURCE_EXHAUSTED", False, True),
        (400, "INVALID_ARGUMENT", False, False),
        (403, "PERMISSION_DENIED", True, False),
    ],
)
def test_failures_inside_of_a_stream(code: int, status: str, fatal: bool, retryable: bool) -> None:
    with pytest.raises(ProviderRejected, match="words") as caught:
        said({"error": {"code": code, "message": "words", "status": status}})
    error = caught.value
    assert (error.status, error.code) == (code, status)
    assert (error.fatal, error.retryable) == (fatal, retryable)


def test_a_wrong_key_is_fatal_though_its_status_is_not() -> None:
    details = [{"@type": "x"}, {"reason": "API_KEY_INVALID"}]
    told = explain({"error": {"code": 400, "message": "bad", "details": details}})
    error = rejected("gemini", told)
    assert (error.status, error.fatal, error.retryable) == (400, True, False)


def test_unknown_things_are_left_out() -> None:
    items = said(
        {"somethingNew": 1},
        {"candidates": []},
        {"candidates": [7]},
        parts({"executableCode": {"code": "x"}}, {"inlineData": {"data": "x"}}, 7),
        parts({"text": "Hi."}, finish="STOP"),
    )
    assert items == [Token("Hi."), Usage("gemini")]


def test_an_answer_without_an_end_and_malformed_events_are_errors() -> None:
    with pytest.raises(ProviderError, match="broke off"):
        said(parts({"text": "Hi."}))
    with pytest.raises(ProviderError, match="JSON"):
        list(ContentEvents().read(ServerEvent("", "{")))
    with pytest.raises(ProviderError, match="no text"):
        said(parts({"text": 7}))


KEYS = """candidates content parts text functionCall name args id thoughtSignature finishReason
groundingMetadata groundingChunks groundingSupports web uri groundingChunkIndices usageMetadata
promptFeedback error details"""
WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["candidates", "usageMetadata", "error"]), WRONG)))
@settings(deadline=None)
def test_whatever_comes_only_errors_of_rxvoice_are_raised(events: list[dict[str, Any]]) -> None:
    decoder = ContentEvents()
    try:
        for event in events:
            list(decoder.read(ServerEvent("", json.dumps(event))))
        list(decoder.close())
    except ProviderError:
        return
    assert decoder.finish

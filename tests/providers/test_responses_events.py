"""LM06 to LM08, LM20, LM27, LM30: what is read out of the events of a response."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Source, Sources, Thought, Token, ToolCall, Usage
from rxvoice.providers._responses_events import ResponseReader
from rxvoice.testing.servers import ChatReply, ModelReply
from rxvoice.testing.servers._model_reply import as_reply
from rxvoice.testing.servers._openai_response import ResponseEvents


def events(reply: ChatReply) -> list[dict[str, Any]]:
    return [event for event, _ in ResponseEvents("resp_1", {"model": "m"}, as_reply(reply))]


def read(told: list[dict[str, Any]]) -> list[Any]:
    reader = ResponseReader("openai")
    return [item for event in told for item in reader.feed(event)] + reader.finish()


FULL = ModelReply(
    "Hello there.",
    calls=[ToolCall("a", "ring", {"x": 1}), ToolCall("b", "stop", {})],
    thoughts="Hm, well.",
    hidden="secret",
    sources=[Source("A", "https://a")],
)


def test_everything_in_its_order() -> None:
    thought, sealed, *said, ring, stop, sources, usage = read(events(FULL))[1:]
    assert thought == Thought(" well.")
    assert sealed.provider == "openai"
    assert sealed.data["encrypted_content"] == "secret"
    assert said == [Token("Hello"), Token(" there.")]
    assert (ring, stop) == tuple(FULL.calls)
    assert sources == Sources((Source("A", "https://a"),))
    assert isinstance(usage, Usage)
    assert usage.reasoning_tokens == 2


def test_unknown_events_say_nothing() -> None:
    more = [
        {"type": "response.something.new", "delta": "x"},
        {"type": 7},
        {},
        {"type": "keepalive"},
    ]
    told = events(ModelReply("Hi."))
    assert read([*told[:3], *more, *told[3:]]) == read(told)


def test_what_came_in_no_piece_is_in_the_last_event() -> None:
    (last,) = (event for event in events(FULL) if event["type"] == "response.completed")
    said = read([last])
    assert [item.text for item in said if isinstance(item, Token)] == ["Hello there."]
    assert [item for item in said if isinstance(item, ToolCall)] == list(FULL.calls)
    assert isinstance(said[-1], Usage)


def test_events_sent_twice_say_it_once() -> None:
    told = events(ModelReply(calls=[ToolCall("a", "ring", {})]))
    twice = [event for event in told[:-1] for _ in range(2)] + told[-1:]
    assert [i for i in read(twice) if isinstance(i, ToolCall)] == [ToolCall("a", "ring", {})]


def item(**fields: Any) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": 0, "item": fields}


@pytest.mark.parametrize("nothing", [None, "", "null", "{}"])
def test_lm07_a_call_without_arguments(nothing: Any) -> None:
    reader = ResponseReader("openai")
    said = reader.feed(item(type="function_call", call_id="a", name="f", arguments=nothing))
    assert said == [ToolCall("a", "f", {})]


def test_lm08_a_broken_call_is_skipped() -> None:
    reader = ResponseReader("openai")
    (fault,) = reader.feed(item(type="function_call", call_id="a", name="f", arguments='{"x'))
    assert isinstance(fault, Fault)
    (call,) = reader.feed(item(type="function_call", call_id="b", name="f", arguments="{}"))
    assert call == ToolCall("b", "f", {})
    (made,) = reader.feed(item(type="function_call", name="f", arguments="{}"))
    assert isinstance(made, ToolCall)
    assert made.id


def test_lm08_a_call_that_stopped_before_its_arguments_is_not_one_without_any() -> None:
    call = item(type="function_call", call_id="a", name="f", arguments="", status="incomplete")
    (fault,) = ResponseReader("openai").feed(call)
    assert isinstance(fault, Fault)


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
def test_lm20_an_incomplete_response_is_told(finish: str, reason: str) -> None:
    said = read(events(ModelReply("Hel", finish=finish)))
    assert said[0] == Token("Hel")
    assert said[1] == Fault("openai", f"the answer was cut off ({reason})")
    assert isinstance(said[2], Usage)


def test_lm20_a_response_that_fails_in_its_midst_is_told() -> None:
    token, fault, usage = read(events(ModelReply("Hel", finish="failed")))
    assert token == Token("Hel")
    assert isinstance(fault, Fault)
    assert not fault.fatal
    assert isinstance(fault.cause, ProviderRejected)
    assert isinstance(usage, Usage)


def test_lm20_a_response_that_fails_before_it_says_anything_is_an_error() -> None:
    with pytest.raises(ProviderRejected, match="server_error") as failure:
        read(events(ModelReply(finish="failed")))
    assert failure.value.retryable


ERRORS = [
    ({"type": "error", "code": "server_error", "message": "x"}, 500),
    ({"type": "error", "status": 429, "error": {"type": "tokens", "code": None}}, 429),
    ({"type": "error", "error": {"code": "invalid_api_key", "message": "x"}}, 401),
    ({"type": "error", "error": "x", "status": "y"}, 500),
]


@pytest.mark.parametrize(("event", "status"), ERRORS, ids=[str(e[1]) for e in ERRORS])
def test_lm20_an_error_in_place_of_a_response(event: dict[str, Any], status: int) -> None:
    with pytest.raises(ProviderRejected) as failure:
        read([event])
    assert failure.value.status == status


def test_no_response_at_all_is_an_error() -> None:
    with pytest.raises(ProviderError):
        read(events(ModelReply("Hi."))[:2])


def test_a_response_without_an_end_is_told() -> None:
    said = read(events(ModelReply("Hi."))[:-1])
    assert said == [Token("Hi."), Fault("openai", "the answer ended without an end")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "text", "content", "usage", "output"]), inner
        )
    ),
    max_leaves=8,
)
KINDS = sorted({event["type"] for event in events(FULL)} - {"error"})


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(
    st.sampled_from(["delta", "item", "response", "output_index", "annotation", "summary_index"]),
    JSON,
))))  # fmt: skip
def test_nothing_that_is_sent_makes_it_fail(told: list[tuple[str, dict[str, Any]]]) -> None:
    reader = ResponseReader("openai")
    for kind, fields in told:
        for one in reader.feed({"type": kind, **fields}):
            assert isinstance(one, Token | Thought | ToolCall | Fault | Usage | Sources)

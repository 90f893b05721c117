"""The events of Anthropic's Messages API."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.items import Fault, Source, Sources, Thought, Token, ToolCall, Usage
from rxvoice.providers._anthropic_events import MessageEvents, explain
from rxvoice.providers._sse import ServerEvent, SseDecoder

from .chats import calls_of, text_of, thoughts_of

DATA = Path(__file__).parents[3] / "shared" / "data"
MANIFEST = DATA / "manifest.json"


def recorded() -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = []
    if MANIFEST.is_file():
        files = json.loads(MANIFEST.read_text())["files"]
    return [entry for entry in files if entry.get("format") == "anthropic-messages"]


RECORDED = recorded()
START = {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
STOP = {"type": "message_stop"}


def read(chunks: list[bytes]) -> tuple[list[Any], MessageEvents]:
    sse, decoder = SseDecoder("anthropic"), MessageEvents()
    events = [event for chunk in chunks for event in sse.feed(chunk)] + sse.close()
    items = [item for event in events for item in decoder.read(event)]
    return [*items, *decoder.close()], decoder


def said(*events: Any) -> list[Any]:
    return read([b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)])[0]


def block(index: int, kind: str, **given: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **given}}


def delta(index: int, kind: str, **given: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **given}}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


@pytest.mark.skipif(not RECORDED, reason="the recorded streams are not here")
@pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: Path(entry["file"]).stem)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_lm32_recorded_streams(entry: dict[str, Any], data: st.DataObject) -> None:
    """LM32 LM06 LM07 LM08: text, tools and finish of what was recorded, however it is cut."""
    stream = (DATA / entry["file"]).read_bytes()
    places = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=30)))
    ends = [*places, len(stream)]
    items, decoder = read([stream[a:b] for a, b in zip([0, *places], ends, strict=True)])
    wanted = entry["expect"]
    assert text_of(items) == wanted["text"]
    assert decoder.finish == wanted["finish"]
    broken: list[str] = []
    whole: list[tuple[str, Any]] = []
    for name, written in wanted["tools"]:
        try:
            whole.append((name, json.loads(written or "{}")))
        except ValueError:
            broken.append(name)
    assert [(call.name, dict(call.arguments)) for call in calls_of(items)] == whole
    faults = [item for item in items if isinstance(item, Fault)]
    assert len(faults) == len(broken)
    assert all(name in fault.message for name, fault in zip(broken, faults, strict=True))
    assert [item for item in items if isinstance(item, Usage)] == items[-1:]


def test_lm27_cx18_thoughts_come_beside_the_text_and_signed_behind_it() -> None:
    items = said(
        START,
        block(0, "thinking", thinking="", signature=""),
        delta(0, "thinking_delta", thinking="Well, "),
        delta(0, "thinking_delta", thinking="yes."),
        delta(0, "signature_delta", signature="ab"),
        delta(0, "signature_delta", signature="cd"),
        stop(0),
        block(1, "redacted_thinking", data="opaque"),
        stop(1),
        block(2, "text", text="H"),
        delta(2, "text_delta", text="i."),
        stop(2),
        END,
        STOP,
    )
    signed = {"type": "thinking", "thinking": "Well, yes.", "signature": "abcd"}
    assert items == [
        Thought("Well, "),
        Thought("yes."),
        Thought(provider="anthropic", data=signed),
        Thought(provider="anthropic", data={"type": "redacted_thinking", "data": "opaque"}),
        Token("H"),
        Token("i."),
        Usage("anthropic", 3, 5),
    ]
    assert thoughts_of(items) == "Well, yes."


def test_a_thought_whose_text_is_not_told_has_its_signature_all_the_same() -> None:
    items = said(START, block(0, "thinking", thinking="", signature="s"), stop(0), END, STOP)
    data = {"type": "thinking", "thinking": "", "signature": "s"}
    assert items[0] == Thought(provider="anthropic", data=data)


def test_lm06_calls_by_index_whose_pieces_are_mixed() -> None:
    items = said(
        START,
        block(0, "tool_use", id="a", name="one", input={}),
        block(1, "tool_use", id="b", name="two", input={}),
        delta(1, "input_json_delta", partial_json='{"x"'),
        delta(0, "input_json_delta", partial_json='{"y":1}'),
        delta(1, "input_json_delta", partial_json=":2}"),
        stop(1),
        stop(0),
        END,
        STOP,
    )
    assert calls_of(items) == [ToolCall("b", "two", {"x": 2}), ToolCall("a", "one", {"y": 1})]


@pytest.mark.parametrize("written", [[], [""], ["", "  "], ["null"], ["{}"]], ids=repr)
def test_lm07_a_call_without_arguments_has_none(written: list[str]) -> None:
    pieces = [delta(0, "input_json_delta", partial_json=piece) for piece in written]
    items = said(START, block(0, "tool_use", id="a", name="one"), *pieces, stop(0), END, STOP)
    assert calls_of(items) == [ToolCall("a", "one", {})]


def test_lm08_a_broken_call_is_left_out_and_told_of(caplog: pytest.LogCaptureFixture) -> None:
    items = said(
        START,
        block(0, "tool_use", id="a", name="one"),
        delta(0, "input_json_delta", partial_json='{"x": "secret'),
        block(1, "tool_use", id="b", name="two"),
        stop(1),
        {**END, "delta": {"stop_reason": "max_tokens"}},
    )
    assert calls_of(items) == [ToolCall("b", "two", {})]
    faults = [item for item in items if isinstance(item, Fault)]
    assert [fault.fatal for fault in faults] == [False, False]
    assert "one" in faults[0].message
    assert "greatest length" in faults[1].message
    assert "secret" not in caplog.text + str(faults)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_arguments_that_came_with_the_block() -> None:
    start = block(0, "tool_use", id="a", name="one", input={"x": 1})
    assert calls_of(said(START, start, stop(0), END, STOP)) == [ToolCall("a", "one", {"x": 1})]


def test_ids_are_never_empty_nor_twice_the_same() -> None:
    starts = [block(i, "tool_use", id=id_, name="one") for i, id_ in enumerate(["a", "a", ""])]
    calls = calls_of(said(START, *starts, *map(stop, range(3)), END, STOP))
    assert calls[0].id == "a"
    assert len({call.id for call in calls} - {""}) == 3


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("end_turn", None),
        ("stop_sequence", None),
        ("tool_use", None),
        ("something_new", None),
        ("max_tokens", "greatest length"),
        ("refusal", "refused"),
        ("pause_turn", "paused"),
        ("model_context_window_exceeded", "context ends"),
    ],
)
def test_reasons_to_stop(reason: str, words: str | None) -> None:
    items = said(START, {**END, "delta": {"stop_reason": reason}}, STOP)
    faults = [item for item in items if isinstance(item, Fault)]
    assert len(faults) == (words is not None)
    assert all(words in fault.message for fault in faults if words)
    assert isinstance(items[-1], Usage)


def test_lm30_usage_is_told_once_with_its_details() -> None:
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 200,
        "cache_read_input_tokens": 3000,
        "output_tokens": 1,
    }
    details = {"thinking_tokens": 4}
    told = {"output_tokens": 9, "output_tokens_details": details, "input_tokens": None}
    items = said(
        {"type": "message_start", "message": {"usage": usage}},
        {**END, "usage": {"output_tokens": 5}},
        {**END, "usage": told},
        STOP,
    )
    assert items == [Usage("anthropic", 3210, 9, cached_tokens=3000, reasoning_tokens=4)]
    assert said(END | {"usage": {}}, STOP) == [Usage("anthropic")]


def test_lm37_sources_of_a_search_are_told_beside_the_text() -> None:
    place = {"type": "web_search_result_location", "url": "u", "title": "T", "cited_text": "c"}
    items = said(
        START,
        block(0, "server_tool_use", id="s", name="web_search", input={}),
        delta(0, "input_json_delta", partial_json='{"query": "q"}'),
        stop(0),
        block(1, "web_search_tool_result", content=[]),
        stop(1),
        block(2, "text", text=""),
        delta(2, "text_delta", text="So."),
        delta(2, "citations_delta", citation=place),
        delta(2, "citations_delta", citation=place),
        stop(2),
        END,
        STOP,
    )
    assert items[:2] == [Token("So."), Sources((Source("T", "u", "c"),), ("q",))]


def test_unknown_events_blocks_and_deltas_are_left_out() -> None:
    items = said(
        {"type": "something_new"},
        START,
        {"type": "ping"},
        block(0, "compaction", content=None),
        delta(0, "compaction_delta", content="x"),
        stop(0),
        delta(7, "text_delta", text="Hi."),
        delta(7, "something_new", text="x"),
        stop(9),
        {"no": "type"},
        END,
        STOP,
        delta(0, "text_delta", text="too late"),
    )
    assert items == [Token("Hi."), Usage("anthropic", 3, 5)]


@pytest.mark.parametrize(
    ("kind", "status", "fatal", "retryable"),
    [
        ("overloaded_error", 529, False, True),
        ("rate_limit_error", 429, False, True),
        ("api_error", 500, False, True),
        ("timeout_error", 504, False, True),
        ("invalid_request_error", 400, False, False),
        ("authentication_error", 401, True, False),
        ("permission_error", 403, True, False),
        ("something_new", 500, False, True),
    ],
)
def test_failures_inside_of_a_stream(kind: str, status: int, fatal: bool, retryable: bool) -> None:
    with pytest.raises(ProviderRejected, match="words") as caught:
        said(START, {"type": "error", "error": {"type": kind, "message": "words"}})
    error = caught.value
    assert (error.status, error.fatal, error.retryable) == (status, fatal, retryable)
    assert error.code == kind


@pytest.mark.parametrize("text", ["{", "[]", "7", "", "{}x"])
def test_malformed_events_are_an_error(text: str) -> None:
    with pytest.raises(ProviderError, match="JSON"):
        list(MessageEvents().read(ServerEvent("x", text)))


def test_an_answer_without_an_end_is_an_error() -> None:
    with pytest.raises(ProviderError, match="broke off"):
        said(START, delta(0, "text_delta", text="Hi."))


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
KEYS = ["index", "delta", "content_block", "message", "usage", "error"]
MORE = ["text", "thinking", "partial_json", "signature", "stop_reason", "id", "name", "input"]
KINDS = ["text_delta", "input_json_delta", "tool_use", "thinking", "citations_delta", "error"]
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from([*KINDS, "message_start", "content_block_start", "message_delta"])},
    optional={
        key: WRONG
        | st.fixed_dictionaries(
            {"type": st.sampled_from(KINDS)}, optional=dict.fromkeys(MORE, WRONG)
        )
        for key in KEYS
    },
)


@given(st.lists(EVENTS, max_size=8))
@settings(deadline=None)
def test_whatever_comes_only_errors_of_rxvoice_are_raised(events: list[dict[str, Any]]) -> None:
    decoder = MessageEvents()
    try:
        for event in events:
            for item in decoder.read(ServerEvent("", json.dumps(event))):
                assert not isinstance(item, Token) or item.text
        list(decoder.close())
    except ProviderError:
        return
    assert decoder.over or decoder.finish


@given(st.dictionaries(st.sampled_from(["error", "type"]), WRONG))
def test_whatever_a_refusal_says(body: dict[str, Any]) -> None:
    assert isinstance(explain(body).message, str)

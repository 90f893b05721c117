"""LM01, LM06, LM07, LM08, LM16, LM27, LM30: what is read out of streamed chunks."""

import itertools
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.contracts import Written
from rxvoice.items import Fault, Source, Sources, Thought, Token, ToolCall, Usage
from rxvoice.providers._openai_chunks import CUT_OFF, ChatChunks

STOP: dict[str, Any] = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def piece(
    index: int | None = None, id_: str | None = None, name: str | None = None, args: Any = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"function": {"name": name, "arguments": args}}
    if index is not None:
        made["index"] = index
    if id_ is not None:
        made["id"] = id_
    return made


def calling(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    """One chunk a piece, and the end."""
    return [*(delta(tool_calls=[one]) for one in pieces), STOP]


def read(chunks: Sequence[Any], *, think_tags: bool = False) -> list[Written]:
    reader = ChatChunks("vendor", think_tags=think_tags)
    said = list(itertools.chain.from_iterable(map(reader.feed, chunks)))
    return said + reader.finish()


def calls_of(chunks: Sequence[Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(c.id, c.name, c.arguments) for c in read(chunks) if isinstance(c, ToolCall)]


def test_lm01_text_comes_as_it_is_written_and_chunks_without_choices_are_skipped() -> None:
    chunks: list[Any] = [
        {"choices": []},
        {},
        delta(role="assistant", content=""),
        delta(content="Hi "),
    ]
    reader = ChatChunks("vendor")
    assert [reader.feed(chunk) for chunk in chunks] == [[], [], [], [Token("Hi ")]]
    assert read([*chunks, delta(content=" there"), STOP]) == [Token("Hi "), Token(" there")]


def test_refusals_and_transcripts_of_audio_are_text() -> None:
    """LM16: a null audio field is nothing, a transcript is text."""
    chunks = [
        delta(content=None, audio=None),
        delta(audio={"id": "a", "transcript": "Hel"}),
        delta(audio={"data": "UklGRg=="}),
        delta(audio={"transcript": "lo."}),
        delta(refusal=" I cannot."),
        STOP,
    ]
    assert read(chunks) == [Token("Hel"), Token("lo."), Token(" I cannot.")]


WHOLE = [
    ("by index", [piece(0, "a", "f", ""), piece(0, args='{"x"'), piece(0, args=":1}")]),
    ("index null", [piece(None, "a", "f", '{"x":'), piece(None, args="1}")]),
    ("name repeated", [piece(0, "a", "f", ""), piece(0, None, "f", '{"x":1}')]),
    ("name and id repeated", [piece(0, "a", "f", '{"x"'), piece(0, "a", "f", ":1}")]),
    ("name empty later", [piece(0, "a", "f", ""), piece(0, None, "", '{"x":1}')]),
    ("name in pieces", [piece(0, "a", "", ""), piece(0, None, "f", ""), piece(0, args='{"x":1}')]),
    ("an object", [piece(0, "a", "f", {"x": 1})]),
    ("in JSON twice", [piece(0, "a", "f", '"{\\"x\\":1}"')]),
    ("empty before it is written", [piece(0, "a", "f", "{}"), piece(0, args='{"x":1}')]),
    ("blanks behind", [piece(0, "a", "f", '{"x":1}'), piece(0, args="\n ")]),
    ("sent twice", [piece(0, "a", "f", '{"x":1}'), piece(0, "a", "f", '{"x":1}')]),
    ("the end sent twice", [piece(0, "a", "f", '{"x":1}'), piece(0, args='{"x":1}')]),
]


@pytest.mark.parametrize("pieces", [p for _, p in WHOLE], ids=[name for name, _ in WHOLE])
def test_one_call_however_it_is_written(pieces: list[dict[str, Any]]) -> None:
    assert calls_of(calling(*pieces)) == [("a", "f", {"x": 1})]


TWO = [
    ("by index", [piece(0, "a", "f", '{"x":1}'), piece(1, "b", "g", "{}")]),
    (
        "interleaved",
        [
            piece(0, "a", "f", '{"x"'),
            piece(1, "b", "g", "{"),
            piece(0, args=":1}"),
            piece(1, args="}"),
        ],
    ),
    ("always index 0", [piece(0, "a", "f", '{"x":1}'), piece(0, "b", "g", "{}")]),
    ("index null", [piece(None, "a", "f", '{"x":1}'), piece(None, "b", "g", None)]),
    ("the first without arguments", [piece(0, "a", "f", {"x": 1}), piece(0, "b", "g")]),
]


@pytest.mark.parametrize("pieces", [p for _, p in TWO], ids=[name for name, _ in TWO])
def test_lm06_two_calls_in_one_answer(pieces: list[dict[str, Any]]) -> None:
    assert calls_of(calling(*pieces)) == [("a", "f", {"x": 1}), ("b", "g", {})]


def test_calls_without_ids_get_some_that_differ() -> None:
    found = calls_of(calling(piece(0, None, "f", "{}"), piece(0, None, "f", "{}")))
    assert [name for _, name, _ in found] == ["f", "f"]
    assert len({id_ for id_, _, _ in found}) == 2
    assert all(id_ for id_, _, _ in found)
    same = calls_of(calling(piece(0, "a", "f", "{}"), piece(1, "a", "g", "{}")))
    assert same[0][0] == "a"
    assert same[1][0] not in ("", "a")


def test_two_calls_in_one_chunk() -> None:
    chunk = delta(tool_calls=[piece(0, "a", "f", "{}"), piece(1, "b", "g", "{}")])
    assert [id_ for id_, _, _ in calls_of([chunk, STOP])] == ["a", "b"]


NOTHING: list[Any] = [None, "", " \n", "null", {}, "{}"]


@pytest.mark.parametrize("nothing", NOTHING, ids=repr)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_lm07_a_call_without_arguments_runs_with_none(nothing: Any, place: int) -> None:
    pieces = [piece(i, f"c{i}", "f", nothing if i == place else '{"x":1}') for i in range(3)]
    expected = [(f"c{i}", "f", {} if i == place else {"x": 1}) for i in range(3)]
    assert calls_of(calling(*pieces)) == expected


def test_lm07_absent_arguments() -> None:
    bare = delta(tool_calls=[{"index": 0, "id": "a", "function": {"name": "f"}}])
    assert calls_of([bare, STOP]) == [("a", "f", {})]


BROKEN = ['{"x":', "[1]", "3", '"x"', '{"x":NaN}', "{" * 5000, '{"x":1}}', "\ud800{"]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda text: text[:8].encode("ascii", "replace"))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_lm08_a_broken_call_is_skipped_and_the_others_run(
    broken: str, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    pieces = [piece(i, f"c{i}", "f", broken if i == place else '{"x":1}') for i in range(3)]
    said = read(calling(*pieces))
    assert [c.id for c in said if isinstance(c, ToolCall)] == [
        f"c{i}" for i in range(3) if i != place
    ]
    (fault,) = [item for item in said if isinstance(item, Fault)]
    assert not fault.fatal
    assert "arguments" in fault.message
    (warning,) = caplog.records
    assert warning.levelno == logging.WARNING
    assert broken not in warning.getMessage()


def test_lm08_the_answer_stopped_in_the_midst_of_a_call() -> None:
    chunks = calling(piece(0, "a", "f", "{}"), piece(1, "b", "g", '{"x'))
    chunks[-1] = {"choices": [{"delta": {}, "finish_reason": "length"}]}
    call, broken, cut = read(chunks)
    assert call == ToolCall("a", "f", {})
    assert isinstance(broken, Fault)
    assert cut == Fault("vendor", CUT_OFF["length"])


@pytest.mark.parametrize("reason", [None, "length", "content_filter"])
def test_lm08_a_call_that_stopped_before_its_arguments_is_not_one_without_any(
    reason: str | None,
) -> None:
    chunks = calling(piece(0, "a", "f", None), piece(1, "b", "g", ""))
    chunks[-1] = {"choices": [{"delta": {}, "finish_reason": reason}]}
    call, broken, _ = read(chunks)
    assert call == ToolCall("a", "f", {})
    assert isinstance(broken, Fault)
    assert "of g" in broken.message


def test_a_call_comes_as_soon_as_it_is_certainly_whole() -> None:
    reader = ChatChunks("vendor")
    first, second = piece(0, "a", "f", '{"x":1}'), piece(1, "b", "g", "{")
    assert reader.feed(delta(tool_calls=[first])) == []
    assert reader.feed(delta(tool_calls=[second])) == [ToolCall("a", "f", {"x": 1})]
    assert reader.feed(delta(tool_calls=[piece(1, args="}")])) == []
    reader.feed(STOP)
    assert reader.finish() == [ToolCall("b", "g", {})]


def test_a_call_without_a_name_is_skipped() -> None:
    (fault,) = read(calling(piece(0, "a", None, "{}")))
    assert isinstance(fault, Fault)


@given(st.text(max_size=30), st.lists(st.integers(1, 5)))
def test_arguments_may_be_cut_anywhere(text: str, cuts: list[int]) -> None:
    written = json.dumps({"text": text}, ensure_ascii=False)
    pieces = [piece(0, "a", "f", "")]
    for size in cuts:
        pieces.append(piece(0, args=written[:size]))
        written = written[size:]
    assert calls_of(calling(*pieces, piece(0, args=written))) == [("a", "f", {"text": text})]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_lm27_thoughts_in_a_field_of_their_own(field: str) -> None:
    chunks = [delta(**{field: "Hm", "content": ""}), delta(**{field: None}), delta(content="Hi")]
    assert read([*chunks, STOP]) == [Thought("Hm"), Token("Hi")]


def test_lm27_the_same_thought_in_two_fields_is_one() -> None:
    assert read([delta(reasoning="Hm", reasoning_content="Hm"), STOP]) == [Thought("Hm")]


def test_lm27_thoughts_as_parts_of_the_content() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}
    chunks = [delta(content=[thinking]), delta(content=[{"type": "text", "text": "Hi"}]), STOP]
    assert read(chunks) == [Thought("Hm"), Token("Hi")]


@given(st.lists(st.integers(1, 6)))
def test_lm27_thoughts_in_tags_cut_anywhere(cuts: list[int]) -> None:
    text, chunks = "<think>\nA < b.</think>\n\nSo <b>.", list[Any]()
    for size in cuts:
        chunks.append(delta(content=text[:size]))
        text = text[size:]
    said = read([*chunks, delta(content=text), STOP], think_tags=True)
    assert "".join(s.text for s in said if isinstance(s, Thought)) == "A < b."
    assert "".join(s.text for s in said if isinstance(s, Token)) == "So <b>."


def test_lm27_tags_are_text_where_they_are_not_expected() -> None:
    assert read([delta(content="<think>x</think>"), STOP]) == [Token("<think>x</think>")]


def test_lm27_what_may_have_begun_a_tag_is_said_at_the_end() -> None:
    assert read([delta(content="a <"), delta(content="th"), STOP], think_tags=True) == [
        Token("a "),
        Token("<th"),
    ]


def usage(**fields: Any) -> dict[str, Any]:
    return {"choices": [], "usage": fields}


USED = [
    ("plain", [usage(prompt_tokens=3, completion_tokens=2)], Usage("vendor", 3, 2)),
    (
        "nulls",
        [usage(prompt_tokens=3, completion_tokens=2, prompt_tokens_details=None)],
        Usage("vendor", 3, 2),
    ),
    (
        "details",
        [
            usage(
                prompt_tokens=9,
                completion_tokens=8,
                total_tokens=17,
                prompt_tokens_details={"cached_tokens": 4},
                completion_tokens_details={"reasoning_tokens": 5},
            )
        ],
        Usage("vendor", 9, 8, cached_tokens=4, reasoning_tokens=5),
    ),
    (
        "step by step",
        [usage(prompt_tokens=3, completion_tokens=n) for n in range(1, 6)],
        Usage("vendor", 3, 5),
    ),
    (
        "DeepSeek's cache",
        [usage(prompt_tokens=9, completion_tokens=2, prompt_cache_hit_tokens=7)],
        Usage("vendor", 9, 2, cached_tokens=7),
    ),
    (
        "thoughts not among what was written",
        [
            usage(
                prompt_tokens=12,
                completion_tokens=1,
                total_tokens=303,
                completion_tokens_details={"reasoning_tokens": 290},
            )
        ],
        Usage("vendor", 12, 291, reasoning_tokens=290),
    ),
    (
        "within a choice",
        [{"choices": [{"delta": {}, "usage": {"prompt_tokens": 3, "completion_tokens": 2}}]}],
        Usage("vendor", 3, 2),
    ),
]


@pytest.mark.parametrize(("chunks", "expected"), [u[1:] for u in USED], ids=[u[0] for u in USED])
def test_lm30_usage_is_told_once_and_last(chunks: list[Any], expected: Usage) -> None:
    said = read([delta(content="Hi"), *chunks, STOP])
    assert said == [Token("Hi"), expected]


def test_lm30_no_usage_is_fine() -> None:
    assert read([delta(content="Hi"), STOP]) == [Token("Hi")]


@pytest.mark.parametrize("reason", sorted(CUT_OFF))
def test_an_answer_that_was_cut_off_is_told(reason: str) -> None:
    end: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": reason}]}
    chunks = [delta(content="Hi"), end]
    assert read(chunks) == [Token("Hi"), Fault("vendor", CUT_OFF[reason])]


def test_an_answer_without_an_end_is_told() -> None:
    said = read([delta(content="Hi")])
    assert said == [Token("Hi"), Fault("vendor", "the answer ended without an end")]


def test_sources_come_once_behind_the_text() -> None:
    found = [{"title": "A", "url": "https://a"}]
    chunks = [{**delta(content="Hi"), "search_results": found, "citations": ["https://a"]}] * 2
    assert read([*chunks, STOP])[-1] == Sources((Source("A", "https://a"),))
    only = [{**delta(content="Hi"), "citations": ["https://b"]}, STOP]
    assert read(only)[-1] == Sources((Source(url="https://b"),))


def test_a_whole_message_in_place_of_a_delta() -> None:
    whole = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}
    assert read([whole]) == [Token("Hi")]
    assert read([delta(content="Hi"), whole]) == [Token("Hi")]


def test_other_answers_to_the_same_question_are_left_out() -> None:
    other = {"choices": [{"index": 1, "delta": {"content": "Ho"}}]}
    assert read([delta(content="Hi"), other, STOP]) == [Token("Hi")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "content",
                    "tool_calls",
                    "function",
                    "arguments",
                    "usage",
                    "index",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(["choices", "usage"]), JSON), max_size=5))
def test_nothing_that_is_sent_makes_it_fail(chunks: list[dict[str, Any]]) -> None:
    for item in read(chunks, think_tags=True):
        assert isinstance(item, Token | Thought | ToolCall | Fault | Usage)

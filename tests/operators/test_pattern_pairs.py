"""TT06, TT07, TT08, LM35: what stands between delimiters is found across tokens."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, assert_type

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.context import Context
from rxvoice.items import (
    Event,
    Fault,
    Metric,
    Pair,
    ResponseEnded,
    Sentence,
    Tagged,
    Thought,
    ThoughtEnded,
    ThoughtStarted,
    Token,
    ToolCall,
    Turn,
)
from rxvoice.operators import pattern_pairs, respond, sentences
from rxvoice.testing import marbles

THINK = Pair("<think>", "</think>", "thought")
VOICE = Pair.of_tag("voice", "remove")
SPELL = Pair.of_tag("spell", "keep")
CARD = Pair("[[", "]]", "unspoken")
NOTE = Pair("[", "]", "remove", "note")


def found(pieces: Iterable[str], *pairs: Pair) -> list[Any]:
    """What comes out, pieces of the same kind joined."""
    out: list[Any] = []

    def take(item: Any) -> None:
        last = out[-1] if out else None
        if isinstance(item, Token) and isinstance(last, Token) and not (item.whole or last.whole):
            if item.spoken is last.spoken:
                item = Token(out.pop().text + item.text, item.spoken)
        elif isinstance(item, Thought) and isinstance(last, Thought):
            item = Thought(out.pop().text + item.text)
        out.append(item)

    rx.from_iterable(map(Token, pieces)).pipe(pattern_pairs(*pairs)).subscribe(take)
    return out


def both(text: str, *pairs: Pair) -> list[Any]:
    """What comes out, whether the text comes in one piece or in many."""
    whole = found([text], *pairs)
    assert found(text, *pairs) == whole
    return whole


def certain(pieces: Iterable[str], *pairs: Pair) -> list[Any]:
    """What comes out before the end."""
    out: list[Any] = []
    source: Subject[Token] = Subject()
    source.pipe(pattern_pairs(*pairs)).subscribe(out.append)
    for piece in pieces:
        source.on_next(Token(piece))
    return out


def test_tt06_what_is_removed_is_told_in_its_place() -> None:
    assert both("Hi <voice>Bob</voice> there", VOICE) == [
        Token("Hi "),
        Tagged("voice", "Bob"),
        Token(" there"),
    ]


def test_tt06_a_tag_may_have_attributes_and_close_itself() -> None:
    assert both("<voice name=\"Bob\" tone='low' fast=1>x</voice>", VOICE) == [
        Tagged("voice", "x", {"name": "Bob", "tone": "low", "fast": "1"})
    ]
    pause = Pair.of_tag("break", "keep")
    assert both('a <break time="1s"/> b', pause) == [
        Token("a "),
        Token('<break time="1s"/>', whole=True),
        Token(" b"),
    ]


@pytest.mark.parametrize(
    "text", ["a <b and c", "<voices>x</voices>", "<voice a<b>", "<voice", "< voice>", "[", "<"]
)
def test_tt06_what_is_no_pair_passes(text: str) -> None:
    assert both(text, VOICE, NOTE) == [Token(text)]


def test_tt06_a_function_returns_what_is_said_instead() -> None:
    spelled = Pair.of_tag("mail", lambda tagged: " ".join(tagged.text))
    assert both("at <mail>a.b</mail>. Ok", spelled) == [
        Token("at "),
        Token("a . b", whole=True),
        Token(". Ok"),
    ]
    assert both("x<mail>a</mail>y", Pair.of_tag("mail", lambda _: "")) == [Token("xy")]


@pytest.mark.parametrize("answer", [None, 1])
def test_tt06_a_function_that_fails_is_a_fault_and_the_text_is_said(answer: Any) -> None:
    def fail(_: Tagged) -> str:
        if answer is None:
            raise KeyError("secret")
        return answer

    fault, token, after = both("<mail>a.b</mail> c", Pair.of_tag("mail", fail))
    assert isinstance(fault, Fault)
    assert fault.source == "pattern_pairs"
    assert "secret" not in fault.message
    assert "a.b" not in fault.message
    assert isinstance(fault.cause, KeyError if answer is None else TypeError)
    assert [token, after] == [Token("a.b", whole=True), Token(" c")]


def test_tt07_a_kept_pair_is_one_unit_and_no_sentence_ends_in_it() -> None:
    text = "It is <spell>A. B! C?</spell> there. And so on"
    out: list[Any] = []
    rx.from_iterable(map(Token, text)).pipe(pattern_pairs(SPELL), sentences()).subscribe(out.append)
    assert [item for item in out if isinstance(item, Sentence)] == [
        Sentence("It is <spell>A. B! C?</spell> there."),
        Sentence("And so on"),
    ]
    assert Token("<spell>A. B! C?</spell>", whole=True) in out


def test_tt08_what_is_not_spoken_streams_and_keeps_its_delimiters() -> None:
    assert both("See [[card 1]] ok", CARD) == [
        Token("See "),
        Token("[[card 1]]", spoken=False),
        Token(" ok"),
    ]
    assert certain(["[", "[ca", "rd]", "x]"], CARD) == [
        Token("[[", spoken=False),
        Token("ca", spoken=False),
        Token("rd", spoken=False),
        Token("]x", spoken=False),
    ]


def test_lm27_thoughts_stream_and_are_never_spoken() -> None:
    assert both("<think>Let me. See</think>\n\nYes.", THINK) == [
        Thought("Let me. See"),
        Token("\n\nYes."),
    ]
    assert certain(["<th", "ink>Hm", "m </thi", "s", "</think>", "Yes"], THINK) == [
        Thought("Hm"),
        Thought("m "),
        Thought("</this"),
        Token("Yes"),
    ]
    assert both("<think></think>Yes", THINK) == [Token("Yes")]
    assert both("<think>cut o", THINK) == [Thought("cut o")]


def test_lm27_thoughts_within_tags_are_bracketed_where_the_model_is() -> None:
    def chat(_: Context) -> Observable[Any]:
        pieces = map(Token, ["<think>Who", "? </think>", "Me", "."])
        return rx.from_iterable(pieces).pipe(pattern_pairs(THINK))

    items: list[Event] = []
    asked: Observable[Event] = rx.just(Turn("Who?", 1))
    with marbles() as m:
        m.record(asked.pipe(respond(chat), ops.do_action(items.append)))
    kinds = (ThoughtStarted, Thought, ThoughtEnded, Token)
    assert [item for item in items if isinstance(item, kinds)] == [
        ThoughtStarted(1),
        Thought("Who"),
        Thought("? "),
        ThoughtEnded(1, "Who? "),
        Token("Me"),
        Token("."),
    ]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a <voice>b", VOICE),
        ("a <spell>b. c", SPELL),
        ("a <x>b", Pair("<x>", "</x>", lambda _: "")),
    ],
)
def test_tt06_a_pair_that_is_not_closed_passes_as_it_is_written(text: str, pair: Pair) -> None:
    assert both(text, pair) == [Token(text)]
    assert both("[" + "x" * 50 + " [a] y", Pair("[", "]", "remove", "n", limit=20)) == [
        Token("[" + "x" * 50 + " "),
        Tagged("n", "a"),
        Token(" y"),
    ]


def test_tt06_pairs_do_not_nest_and_the_first_end_closes() -> None:
    assert both("<think>a [b] <think> c</think> d [e]", THINK, NOTE) == [
        Thought("a [b] <think> c"),
        Token(" d "),
        Tagged("note", "e"),
    ]


def test_tt06_the_longest_opening_counts() -> None:
    assert both("[a] [[b]] [", NOTE, CARD) == [
        Tagged("note", "a"),
        Token(" "),
        Token("[[b]]", spoken=False),
        Token(" ["),
    ]


def test_a_token_passes_as_soon_as_it_is_certain() -> None:
    assert certain(["Hello ", "<", "b> ", "<voi", "x"], VOICE) == [
        Token("Hello "),
        Token("<b> "),
        Token("<voix"),
    ]


def test_flags_stay_and_units_pass_untouched() -> None:
    items = [
        Token("[[a]] b", remembered=False),
        Token("[[c", spoken=False),
        Token("[[d]]", whole=True),
        Token("[[e"),
    ]
    out: list[Any] = []
    rx.from_iterable(items).pipe(pattern_pairs(Pair("[[", "]]", "keep"))).subscribe(out.append)
    assert out == [
        Token("[[a]]", remembered=False, whole=True),
        Token(" b", remembered=False),
        Token("[[", spoken=False),
        Token("c", spoken=False),
        Token("[[d]]", whole=True),
        Token("[["),
        Token("e"),
    ]


def test_other_items_pass_and_a_response_ends_with_its_text() -> None:
    ended, call = ResponseEnded(1, "[a"), ToolCall("1", "f")
    out: list[Any] = []
    items = [Token("x["), call, ended, Token("b]"), Metric("llm", "x", 1.0)]
    rx.from_iterable(items).pipe(pattern_pairs(NOTE)).subscribe(out.append)
    assert out == [Token("x"), call, Token("["), ended, Token("b]"), items[-1]]


def test_never_empty_and_errors() -> None:
    values = {"a": Token("x <"), "x": Token("x ")}
    with marbles() as m:
        m.expect(m.cold("---").pipe(pattern_pairs(VOICE))).to_be("---")
        m.expect(m.cold("--|").pipe(pattern_pairs(VOICE))).to_be("--|")
        m.expect(m.hot("-a-#", values).pipe(pattern_pairs(VOICE))).to_be("-x-#", values)


def test_each_subscription_has_its_own_text() -> None:
    values = {"a": Token("x ["), "b": Token("y] z")}
    expected = values | {"x": Token("x "), "n": Tagged("note", "y"), "z": Token(" z")}
    with marbles() as m:
        source = m.hot("-a-b-|", values)
        out = source.pipe(pattern_pairs(NOTE))
        m.expect(out).to_be("-x-(n z)-|", expected)
        m.expect(out, "--^").to_be("---b-|", expected)
        m.expect(out, "^--!").to_be("-x--", expected)
        m.expect_subscriptions(source, "^----!", "^--!", "--^--!")


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs"):
        pattern_pairs()
    with pytest.raises(ValueError, match="alike"):
        pattern_pairs(NOTE, Pair("[", ")", "keep"))
    with pytest.raises(ValueError, match="start"):
        Pair("", "]", "keep")
    with pytest.raises(ValueError, match="end"):
        Pair("[", "", "keep")
    with pytest.raises(ValueError, match="then"):
        Pair("[", "]", "sing")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="limit"):
        Pair("[", "]", "keep", limit=0)
    with pytest.raises(ValueError, match="name"):
        Pair.of_tag("<x>", "keep")


def test_types() -> None:
    source: Observable[Metric] = rx.empty()
    assert_type(
        source.pipe(pattern_pairs(NOTE)), Observable[Metric | Token | Thought | Tagged | Fault]
    )


PIECES = ["[", "]", "[[", "]]", "<voice", ">", "</voice>", "<think>", "</think>", "<", "a", " b"]
TEXTS = st.lists(st.sampled_from([*PIECES, "/>", "<spell>", "</spell>"]), max_size=14).map("".join)


@given(TEXTS, st.data(), st.integers(1, 12))
def test_lm35_any_chunking_gives_the_same(text: str, data: st.DataObject, limit: int) -> None:
    pairs = [
        *(THINK, CARD, Pair("[", "]", "remove", limit=limit)),
        *(Pair.of_tag("voice", lambda t: f"({t.text})", limit=limit), SPELL),
    ]
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    whole = found([text], *pairs)
    assert found(pieces, *pairs) == whole
    assert all(item.text or isinstance(item, Tagged) for item in whole)


@given(TEXTS)
def test_nothing_is_lost_that_is_kept(text: str) -> None:
    pairs = [Pair(pair.start, pair.end, "keep", tag=pair.tag) for pair in (THINK, CARD, VOICE)]
    assert "".join(item.text for item in found(text, *pairs)) == text

"""TT04, LM35: what a voice cannot say is taken out of a model's text."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, assert_type

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex.subject import Subject

from rxvoice.items import Metric, ResponseEnded, Sentence, Token, ToolCall
from rxvoice.operators import sentences, strip_markdown
from rxvoice.testing import marbles


def written(pieces: Iterable[str], **options: Any) -> list[Token]:
    """What comes out, pieces of the same kind joined."""
    out: list[Token] = []

    def take(token: Token) -> None:
        if out and out[-1].spoken is token.spoken:
            token = Token(out.pop().text + token.text, token.spoken)
        out.append(token)

    rx.from_iterable(map(Token, pieces)).pipe(strip_markdown(**options)).subscribe(take)
    return out


def said(text: str, **options: Any) -> str:
    """What is said, whether the text comes in one piece or in many."""
    whole = written([text], **options)
    assert written(text, **options) == whole
    return "".join(token.text for token in whole if token.spoken)


def certain(*pieces: str) -> list[str]:
    """What comes out before the end."""
    out: list[str] = []
    source: Subject[Token] = Subject()
    source.pipe(strip_markdown()).subscribe(lambda token: out.append(token.text))
    for piece in pieces:
        source.on_next(Token(piece))
    return out


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It is **very** *good* and __bold__, _it_ ~~no~~.", "It is very good and bold, it no."),
        ("***both*** and **a *b* c** and *it **b***.", "both and a b c and it b."),
        ("**Bold. Two** sentences", "Bold. Two sentences"),
        ("这是**重点**内容", "这是重点内容"),
        ("See [the *docs*](https://x.io/a_(b)_c) now", "See the docs now"),
        ("![A cat](cat.png) and [ref][1][^2] too", "A cat and ref too"),
        ("Mail <mailto:a@b.io> or <https://x.io/a_b>", "Mail mailto:a@b.io or https://x.io/a_b"),
        ("Use `foo_bar(*x)` and ``a ` b``", "Use foo_bar(*x) and a ` b"),
        (r"\*not\* \_this\_ C:\dir", r"*not* _this_ C:\dir"),
        ("one<br>two", "one\ntwo"),
        ("well ------ then =====", "well  then "),
    ],
)
def test_tt04_marks_within_a_line_go(text: str, spoken: str) -> None:
    assert said(text) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4 = 24 and 2*3*4 and 2**3",
        "It costs $5* or £3.50, *see below",
        "snake_case_name and __ and _ and ~5 minutes",
        "a < b > c, C++, C# and #tag, -5 degrees, well-known -- yes",
        "https://x.io/_a_/b__c__d--e",
        "Hello! [not a link] (nor this) ![",
        "one ` backtick\n\nand ` another",
        "Line one\nline two\n\n  indented\ttab  ",
        "1. One\n2) Two\n3. Three",
        "|x| is 5\n>5 came",
        "*",
        "",
    ],
)
def test_tt04_what_is_no_markdown_stays(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("# Title\nText", "Title\n\nText"),
        ("- milk\n* eggs\n  + bread\n- [x] done", "milk\n\neggs\n\nbread\n\ndone"),
        ("Here:\n- milk\nand so", "Here:\n\nmilk\nand so"),
        ("> quoted\n> > twice", "quoted\ntwice"),
        ("a\n---\nb\n* * *\nc\n===\nd", "a\n\nb\n\nc\n\nd"),
        ("| A | B |\n|---|:-:|\n| **1** | `2` |\nend", "A, B\n\n1, 2\n\nend"),
        (r"| A \| B | |", "A | B\n\n"),
    ],
)
def test_tt04_lines_become_sentences(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_tt04_list_items_and_rows_are_sentences_of_their_own() -> None:
    text = "## To buy\n- **milk**\n- eggs\n\n| tea | 2 |\n|---|---|\n| rum | 1 |"
    out: list[str] = []
    rx.from_iterable(map(Token, text)).pipe(strip_markdown(), sentences()).subscribe(
        lambda item: out.append(item.text) if isinstance(item, Sentence) else None
    )
    assert out == ["To buy", "milk", "eggs", "tea, 2", "rum, 1"]


CODE = "Run:\n```sh\nls *.py\n  x_y_\n```\nDone."


def test_tt08_code_is_not_spoken_but_stays_in_its_place() -> None:
    assert written([CODE]) == [
        Token("Run:\n"),
        Token("```sh\nls *.py\n  x_y_\n```\n", spoken=False),
        Token("Done."),
    ]


def test_tt04_code_and_tables_may_be_dropped_or_spoken() -> None:
    assert said(CODE, code="drop") == "Run:\n\nDone."
    assert said(CODE, code="speak") == "Run:\n\nls *.py\n  x_y_\n\nDone."
    assert said("a\n| 1 | 2 |\nb", tables=False) == "a\n\nb"
    assert said("~~~~\nx\n~~~\n~~~~\nb", code="drop") == "b"
    assert written(["```\nx"]) == [Token("```\nx", spoken=False)]
    assert said("say ```x``` now") == "say x now"


@pytest.mark.parametrize(
    ("pieces", "out"),
    [
        (["It is ", "ni", "ce. "], ["It is ", "ni", "ce. "]),
        (["a **", "bo", "ld** b"], ["a ", "bo", "ld b"]),
        (["a *", "it", "* b"], ["a ", "it b"]),
        (["a *", "it\n", "b"], ["a ", "*it\n", "b"]),
        (["[x", "](", "y", ") z"], ["x z"]),
        (["[x", "] z"], ["[x] z"]),
        (["-", " a"], ["a"]),
        (["```", "py\n", "x"], ["```py\n", "x"]),
        (["| a |", " b |\n", "c"], ["a, b\n\n", "c"]),
    ],
)
def test_lm35_a_token_passes_as_soon_as_it_is_certain(pieces: list[str], out: list[str]) -> None:
    assert certain(*pieces) == out


def test_an_asterisk_that_nothing_closes_does_not_hold_the_text_for_long() -> None:
    assert "".join(certain("*" + "word " * 30)) == "*" + "word " * 30
    assert "".join(certain("[" + "word " * 120)) == "[" + "word " * 120


def test_units_and_what_is_not_spoken_pass_untouched() -> None:
    items = [Token("*a"), Token("*b*", whole=True), Token("*c*", spoken=False), Token("*d*")]
    out: list[Any] = []
    rx.from_iterable(items).pipe(strip_markdown()).subscribe(out.append)
    assert out == [Token("*a"), *items[1:3], Token("d")]


def test_flags_stay_and_part_the_text() -> None:
    items = [Token("*a", remembered=False), Token("b* *c*", remembered=False), Token("*d")]
    out: list[Any] = []
    rx.from_iterable(items).pipe(strip_markdown()).subscribe(out.append)
    assert out == [Token("ab ", remembered=False), Token("c", remembered=False), Token("*d")]


def test_other_items_pass_and_a_response_ends_with_its_text() -> None:
    ended, call = ResponseEnded(1, "*a"), ToolCall("1", "f")
    items = [Token("*a"), call, ended, Token("b*"), Metric("llm", "x", 1.0)]
    out: list[Any] = []
    rx.from_iterable(items).pipe(strip_markdown()).subscribe(out.append)
    assert out == [call, Token("*a"), ended, Token("b"), items[-1], Token("*")]


def test_never_empty_and_errors() -> None:
    values = {"a": Token("x *y"), "x": Token("x ")}
    with marbles() as m:
        m.expect(m.cold("---").pipe(strip_markdown())).to_be("---")
        m.expect(m.cold("--|").pipe(strip_markdown())).to_be("--|")
        m.expect(m.hot("-a-#", values).pipe(strip_markdown())).to_be("-x-#", values)


def test_each_subscription_has_its_own_text() -> None:
    values = {"a": Token("x *"), "b": Token("y* z"), "x": Token("x "), "y": Token("y z")}
    late = values | {"c": Token("y* z")}
    with marbles() as m:
        source = m.hot("-a-b-|", values)
        out = source.pipe(strip_markdown())
        m.expect(out).to_be("-x-y-|", values)
        m.expect(out, "--^").to_be("---c-|", late)
        m.expect(out, "^--!").to_be("-x--", values)
        m.expect_subscriptions(source, "^----!", "^--!", "--^--!")


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="code"):
        strip_markdown(code="sing")  # pyright: ignore[reportArgumentType]


def test_types() -> None:
    source: Observable[Metric] = rx.empty()
    assert_type(source.pipe(strip_markdown()), Observable[Metric | Token])


MARKS = [
    *["*", "**", "_", "__", "~~", "`", "``", "```", "\n", "\n\n", " ", "[", "](x)", "]", "!"],
    *["# ", "- ", "-----", "---", "|", "| a | b |\n", "> ", "1. ", "\\", "~~~", "+ ", "[ ] "],
    *["a", "B c", "5", "é", "重", "\t", "<br>", "<https://x.io>", "https://a_b_/", "=", "#"],
]
TEXTS = st.lists(st.sampled_from(MARKS) | st.characters(), max_size=14).map("".join)


@given(TEXTS, st.data(), st.sampled_from(["unspoken", "drop", "speak"]), st.booleans())
def test_lm35_any_chunking_gives_the_same(
    text: str, data: st.DataObject, code: str, tables: bool
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    whole = written([text], code=code, tables=tables)
    assert written(pieces, code=code, tables=tables) == whole
    assert all(token.text for token in whole)


@given(st.text(st.sampled_from("aB5 .,!?$'\n重")))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert "".join(token.text for token in written([text])) == text

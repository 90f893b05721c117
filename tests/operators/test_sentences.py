"""TT02 and TT03: tokens are grouped into sentences."""

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, assert_type

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject

from rxvoice.items import Fault, Metric, ResponseEnded, Sentence, Token
from rxvoice.operators._sentences import sentences
from rxvoice.testing import marbles

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases" / "sentence_split.json"


def cases() -> list[dict[str, Any]]:
    return json.loads(CASES.read_text("utf-8"))["cases"] if CASES.exists() else []


def split(pieces: Iterable[str], **options: int) -> list[str]:
    """What comes out, all sentences."""
    out: list[str] = []
    source = rx.from_iterable([Token(piece) for piece in pieces])
    source.pipe(sentences(**options)).subscribe(
        lambda item: out.append(item.text) if isinstance(item, Sentence) else None
    )
    return out


def split_early(text: str) -> list[str]:
    """What comes out before the end of the stream is known."""
    out: list[str] = []
    source: Subject[Token] = Subject()
    source.pipe(sentences()).subscribe(
        lambda item: out.append(item.text) if isinstance(item, Sentence) else None
    )
    for char in text:
        source.on_next(Token(char))
    return out


def tokens(text: str) -> list[str]:
    """Pieces as language models make them: a word with the blank before it."""
    return re.findall(r"\s*\w+|\s*[^\w\s]+|\s+", text)


def bare(texts: Iterable[str]) -> list[str]:
    return [re.sub(r"\s+", "", text) for text in texts]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_tt02_all_chunkings_agree_and_nothing_is_lost(case: dict[str, Any]) -> None:
    text = case["text"]
    at_once = split([text])
    assert split(text) == at_once
    assert split(tokens(text)) == at_once
    assert "".join(bare(at_once)) == "".join(bare([text]))


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")
def test_tt02_at_least_95_in_100_of_the_shared_cases_are_exactly_right() -> None:
    wrong = [case["id"] for case in cases() if not is_right(case)]
    assert len(wrong) <= 0.05 * len(cases()), wrong


def is_right(case: dict[str, Any]) -> bool:
    text = case["text"]
    at_once = split([text])
    if "sentences" in case and at_once != case["sentences"]:
        return False
    short = case.get("sentences_min20")
    if short is not None and bare(split(text, min_length=20)) != bare(short):
        return False
    length = case.get("first_sentence_len")
    return length is None or (len(at_once[0]) == length if length else split_early(text) == [])


@pytest.mark.parametrize(
    "expected",
    [
        ["She works for the U.K. Treasury in London.", "Before that, in the U.S."],
        ["He was born in the U.S.", "Then he moved to the E.U.", "Dr. Who did not."],
        ["Ask Paul I. Newton about it.", "He knows more than you and I.", "So do I.", "Really."],
        ["a. wash the rice", "b. boil the water", "c. wait"],
        ["It stands in N° 12 of 1987.", "See No. 4 as well."],
        ["Well . . . I do not know.", "That is all. . . .", "Next one."],
        ["Er rief: „Komm her!“", "Dann ging er.", "»Wohin?«, fragte sie."],
        ["Il a dit « oui. » sans rire.", "« Ah bon ? »", "Voilà."],
        ["Buenas, soy la Sra. Vega.", "El Lic. Paz llega.", "Hola, Sr. Ruiz."],
        ["Il sig. Verdi è qui.", "Bene."],
        ["مرحبا؛", "هذا هو السؤال:", "كم تبلغ الساعة الآن؟", "شكرا۔"],
        ["اشتريت اليوم من السوق الكبير تفاحا، وموزا، وعنبا،", "ثم عدت إلى البيت."],
    ],
    ids=lambda expected: expected[0],
)
def test_tt02_abbreviations_quotes_and_marks_of_many_languages(expected: list[str]) -> None:
    text = " ".join(expected)
    assert split([text]) == split(text) == expected


def test_tt02_ideographs_need_no_blanks() -> None:
    assert split("我看过《你好！李焕英》。很好；真的。") == [
        "我看过《你好！李焕英》。",
        "很好；",
        "真的。",
    ]


@pytest.mark.parametrize(
    "expected",
    [
        ["Sure!", "It costs $3.50 per day.", "OK?"],
        ["Dr. Smith is in at 5 p.m. today.", "Ask J. K. Rowling."],
        ["Visit https://x.io/a.b?c=d.", "It runs v1.2.3 now.", "Mail a.b@c.de."],
        ["Bring tea, e.g. green tea, i.e. that one.", "No.", "That is no. 5 of them."],
        ["So do I.", "Then we go."],
        ["Wait... what?", "I never said that...", "Really?!", "Yes!!"],
        ["sure thing.", "i can do that.", "what else?"],
        ['He said "Stop!" and left.', '"Why?" she asked.', "(I know.)", "Fine."],
        ["Great!", "😊 Next one 🎉.", "Done."],
        ["¿Qué tal?", "¡Muy bien!", "Adiós."],
    ],
    ids=lambda expected: expected[0],
)
@pytest.mark.parametrize("between", [" ", "\n", "\n\n"], ids=["blank", "line", "paragraph"])
def test_tt02_splits_what_models_say(expected: list[str], between: str) -> None:
    assert split(tokens(between.join(expected))) == expected


def test_tt02_the_lines_of_a_list_are_sentences() -> None:
    lines = ["Here are some:", "1. **Tea** is good.", "2. Coffee is bad", "- 2.5 kg of flour"]
    assert split("\n".join(lines)) == lines
    assert split("a line that\ngoes on") == ["a line that\ngoes on"]
    assert split("a paragraph\n\nand another") == ["a paragraph", "and another"]


@pytest.mark.parametrize("mark", "。！？｡؟।۔։።។")
def test_tt02_end_marks_of_other_scripts_need_no_second_look(mark: str) -> None:
    assert split_early("да" + mark) == ["да" + mark]


def test_tt02_a_closing_quote_belongs_to_its_sentence() -> None:
    assert split("他说「你好。」“好！”然后走了。") == ["他说「你好。」", "“好！”", "然后走了。"]
    assert split("**Hello.** (Yes.) “No.” Fine") == ["**Hello.**", "(Yes.)", "“No.”", "Fine"]


def test_tt02_the_next_visible_character_decides() -> None:
    assert split_early("It costs $3. ") == []
    assert split_early("It costs $3. B") == ["It costs $3."]
    assert split_early("It costs $3.5") == []


def test_tt02_a_sentence_comes_right_after_the_token_that_completes_it() -> None:
    values = {
        "a": Token("Hi"),
        "b": Token(" there."),
        "c": Token(" How"),
        "s": Sentence("Hi there."),
        "t": Sentence("How"),
    }
    with marbles() as m:
        said = m.hot("          -a-b-----c----|", values=values)
        m.expect(said.pipe(sentences())).to_be("-a-b-----(c s)----(t|)", values=values)


def test_tt02_the_rest_comes_before_the_end_of_the_response() -> None:
    ended = ResponseEnded(1, "Hi. You")
    first, metric, second = Token("Hi. You"), Metric("llm", "ttfb", 0.1), Token("Me")
    out: list[object] = []
    rx.from_iterable([first, metric, ended, second]).pipe(sentences()).subscribe(out.append)
    assert out == [first, Sentence("Hi."), metric, Sentence("You"), ended, second, Sentence("Me")]


def test_tt03_pure_blanks_and_leading_line_ends_are_dropped() -> None:
    assert split(["\n", "\n ", "Hello", " ", "there", ".", "\n\n", " "]) == ["Hello there."]
    assert split([" ", "\n", "\t"]) == []
    assert split([""]) == []
    assert split([]) == []


def test_tt03_blanks_within_a_sentence_stay() -> None:
    assert split(["a  b", "\tc"]) == ["a  b\tc"]


def test_a_sentence_without_letters_joins_the_next() -> None:
    assert split("... Hello. ! Yes.") == ["... Hello. !", "Yes."]
    assert split("?!") == ["?!"]


def test_other_items_pass_and_keep_their_order() -> None:
    items = [Fault("llm", "x"), Token("Ah bee. "), Metric("llm", "x", 1.0), Token("C")]
    out: list[object] = []
    rx.from_iterable(items).pipe(sentences()).subscribe(out.append)
    assert [item for item in out if not isinstance(item, Sentence)] == items
    assert out.index(Sentence("Ah bee.")) > out.index(items[3])


def test_short_sentences_join_the_next() -> None:
    text = "Hi. Ok. This is a long one. Bye."
    assert split(text, min_length=10) == ["Hi. Ok. This is a long one.", "Bye."]


def test_a_text_without_marks_is_spoken_all_the_same() -> None:
    parts = split("word " * 100, max_length=50)
    assert max(map(len, parts)) <= 55
    assert "".join(bare(parts)) == "word" * 100
    assert max(map(len, split("x" * 1000, max_length=50))) == 100


def test_the_first_chunk_may_end_at_a_clause() -> None:
    text = "Well, of course the pool, which is open, is nice. And then, after that, go."
    assert split(text, first_clause=20) == [
        "Well, of course the pool,",
        "which is open, is nice.",
        "And then, after that, go.",
    ]
    assert split("It costs 1,234,567,890 euros – or more.", first_clause=10) == [
        "It costs 1,234,567,890 euros –",
        "or more.",
    ]
    assert split("I would not say so—but", first_clause=10) == ["I would not say so—", "but"]


def test_each_response_has_a_first_clause() -> None:
    out: list[object] = []
    said = [Token("Yes indeed, sir. "), ResponseEnded(1), Token("No indeed, sir.")]
    rx.from_iterable(said).pipe(sentences(first_clause=5)).subscribe(out.append)
    spoken = [item.text for item in out if isinstance(item, Sentence)]
    assert spoken == ["Yes indeed,", "sir.", "No indeed,", "sir."]


def test_an_error_passes() -> None:
    with marbles() as m:
        values = {"a": Token("Hi. Y")}
        expected = values | {"s": Sentence("Hi.")}
        m.expect(m.hot("-a-#", values=values).pipe(sentences())).to_be("-(as)-#", values=expected)


def test_never_and_empty_stay_so() -> None:
    with marbles() as m:
        m.expect(m.cold("---").pipe(sentences())).to_be("---")
        m.expect(m.cold("--|").pipe(sentences())).to_be("--|")


def test_each_subscription_has_its_own_text() -> None:
    values = {"a": Token("One "), "b": Token("two")}
    with marbles() as m:
        said = m.hot("-a-b-|", values=values)
        stream = said.pipe(sentences())
        out = values | {"s": Sentence("One two"), "t": Sentence("two")}
        m.expect(stream).to_be("-a-b-(s|)", values=out)
        m.expect(stream, "--^").to_be("---b-(t|)", values=out)
        m.expect(stream, "^--!").to_be("-a---", values=out)
        m.expect_subscriptions(said, "^----!", "^--!", "--^--!")


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="min_length"):
        sentences(min_length=-1)
    with pytest.raises(ValueError, match="max_length"):
        sentences(max_length=1)
    with pytest.raises(ValueError, match="max_length"):
        sentences(min_length=30, max_length=20)
    with pytest.raises(ValueError, match="first_clause"):
        sentences(first_clause=-1)


def test_types() -> None:
    source: Observable[Token | Metric] = rx.empty()
    assert_type(source.pipe(sentences(), ops.last()), Observable[Token | Metric | Sentence])


TEXT = st.text(
    st.sampled_from("abI15 .!?…,;:\n\t\"'()[]*-—•。？「」你😊A") | st.characters(), max_size=80
)


@given(TEXT, st.data(), st.sampled_from([0, 5, 20]), st.sampled_from([30, 500]))
def test_nothing_is_lost_however_the_text_is_cut(
    text: str, data: st.DataObject, min_length: int, max_length: int
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    edges = [0, *cuts, len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    options = {"min_length": min_length, "max_length": max_length}
    options |= {"first_clause": data.draw(st.sampled_from([0, 8]))}
    parts = split(pieces, **options)
    assert parts == split(text, **options)
    assert "".join(bare(parts)) == "".join(bare([text]))
    assert all(part == part.strip() and part for part in parts)
    assert all(len(part) >= min_length for part in parts[:-1])
    assert all(len(part) <= 2 * max_length for part in parts)


def grouped(*items: object) -> list[object]:
    """What comes out besides the items that went in."""
    out: list[object] = []
    rx.from_iterable(items).pipe(sentences()).subscribe(out.append)
    return [item for item in out if isinstance(item, Sentence)]


def test_tt08_text_that_is_not_spoken_keeps_its_place_and_its_blanks() -> None:
    out = grouped(
        Token("Look:\n"),
        Token("```py\n", spoken=False),
        Token("  x = 1. Y\n```", spoken=False),
        Token("\n"),
        Token("\nThat is"),
        Token(" it. Bye"),
    )
    assert out == [
        Sentence("Look:"),
        Sentence("\n```py\n", spoken=False),
        Sentence("  x = 1. Y\n```", spoken=False),
        Sentence("\n\n", spoken=False),
        Sentence("That is it."),
        Sentence("Bye"),
    ]


def test_tt08_text_that_is_not_spoken_passes_at_once() -> None:
    values = {"a": Token("Hi"), "b": Token("[1]", spoken=False), "c": Token("[2]", spoken=False)}
    expected = values | {
        "s": Sentence("Hi"),
        "t": Sentence("[1]", spoken=False),
        "u": Sentence("[2]", spoken=False),
    }
    with marbles() as m:
        out = m.hot("-a-b--c--|", values).pipe(sentences())
        m.expect(out).to_be("-a-(b s t)--(c u)--|", expected)


def test_cx25_what_is_not_remembered_is_a_sentence_of_its_own() -> None:
    out = grouped(
        Token("One moment, ", remembered=False),
        Token("please", remembered=False),
        Token("Yes"),
        Token(" sir"),
        ResponseEnded(1),
        Token("No"),
    )
    assert out == [
        Sentence("One moment, please", remembered=False),
        Sentence("Yes sir"),
        Sentence("No"),
    ]


@pytest.mark.parametrize("piece", ["<spell>a. B? C!</spell>", "Dr? Who!"])
def test_tt07_no_sentence_ends_within_a_unit(piece: str) -> None:
    out = grouped(Token("It is "), Token(piece, whole=True), Token(" here. And"), Token(" on"))
    assert out == [Sentence(f"It is {piece} here."), Sentence("And on")]


def test_tt07_a_unit_decides_about_the_sentence_before_it() -> None:
    unit = Token("<spell>a.b</spell>", whole=True)
    assert grouped(Token("So. "), unit) == [Sentence("So."), Sentence(unit.text)]
    assert grouped(Token("at 5 p.m. "), unit) == [Sentence(f"at 5 p.m. {unit.text}")]
    undecided = [Token("He lived in the U.S. Th"), unit, Token(". Next")]
    assert grouped(*undecided) == [
        Sentence(f"He lived in the U.S. Th{unit.text}."),
        Sentence("Next"),
    ]
    assert grouped(Token("This is it", whole=True), Token(". Next")) == [
        Sentence("This is it."),
        Sentence("Next"),
    ]
    assert grouped(Token("Say "), Token("five.", whole=True), Token(" Next")) == [
        Sentence("Say five."),
        Sentence("Next"),
    ]

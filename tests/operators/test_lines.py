"""TT05, TT08, CX25: words get their sentences back, what is not spoken its place among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rxvoice.items import Sentence, Word, spoken_text
from rxvoice.operators._lines import Lines


def told(text: str, words: str | list[str]) -> list[str]:
    """What comes when a voice says words: ``[…]`` is not spoken, ``(…)`` not remembered.

    Sentences are parted by ``|``. A word that is not remembered comes in brackets.
    """
    lines = Lines()
    found: list[Word] = []
    for part in text.split("|"):
        if part.startswith("["):
            found += lines.add_unspoken(Word(part, 0.0, spoken=False))
        else:
            remembered = not part.startswith("(")
            lines.add(Sentence(part.strip("()"), remembered=remembered))
    said = words.split() if isinstance(words, str) else words
    for index, word in enumerate(said):
        found += lines.spoke(Word(word, index * 1.0, index + 1.0))
    found += lines.rest()
    assert [word.pts for word in found] == sorted(word.pts for word in found)
    assert all(word.pts == word.end for word in found if not word.spoken)
    return [word.text if word.remembered else f"({word.text})" for word in found]


@pytest.mark.parametrize(
    ("text", "words", "out"),
    [
        ("Go on.|[x]|Go home.", "Go on. Go home.", "Go on. [x] Go home."),
        ("[x]|[y]|Go.|[z]", "Go.", "[x] [y] Go. [z]"),
        ("Go on.|[x]|Bye.", "go on bye", "go on [x] bye"),
        ("It costs 5 €.|[x]|It is a lot.", "it costs five euros it is a lot", None),
        ("5 of us.|[x]|Five of you.", "five of us five of you", "five of us [x] five of you"),
        ("At 5.|[x]|10 more came.", "at five ten more came", "at five ten [x] more came"),
        ("So 😊.|😊|[x]|Bye.", "So Bye.", "So [x] Bye."),
        ("Yes.|[x]|No.", "Yes. 😊 No.", "Yes. [x] 😊 No."),
        ("我们走。|[x]|好。", "我 们 走 好", "我 们 走 [x] 好"),
        ("Ａ b.|[x]|C", "a b c", "a b [x] c"),
        ("(One moment.)|[x]|Yes.", "One moment. Yes.", "(One) (moment.) [x] Yes."),
        ("(One moment)|Yes.", "One moment . Yes.", "(One) (moment) (.) Yes."),
        ("One.|[x]|Two.|[y]|Three.", "One. Three.", "One. [x] [y] Three."),
        ("One.", "One. more", "One. more"),
        ("", "what", "what"),
    ],
)
def test_tt08_words_find_their_sentences(text: str, words: str, out: str | None) -> None:
    expected = "it costs five euros [x] it is a lot" if out is None else out
    assert told(text, words) == expected.split()


def test_pieces_of_words_and_pieces_that_reach_into_the_next_sentence() -> None:
    assert told("Hello there.|[x]|Bye.", ["Hel", "lo", " the", "re.", " B", "ye."]) == [
        *["Hel", "lo", " the", "re.", "[x]", " B", "ye."]
    ]
    assert told("Hello there.|[x]|Bye now.", ["Hello there. Bye", "now."]) == [
        "Hello there. Bye",
        "[x]",
        "now.",
    ]


def test_tt05_words_may_be_those_that_are_said_or_those_that_are_written() -> None:
    for words in (["five", "euros"], ["5", "€"]):
        lines = Lines()
        lines.add(Sentence("five euros", written="5 €"))
        assert lines.add_unspoken(Word("[x]", 0.0, spoken=False)) == []
        said = [text for word in words for text in lines.spoke(Word(word, 0.0, 1.0))]
        assert spoken_text(said) in ("five euros [x]", "5 € [x]")


@given(
    st.lists(st.sampled_from(["Go on", "on 5 go", "[x]", "(hm)", "😊", "a b c a"]), max_size=6),
    st.lists(st.sampled_from(["go", "on", "five", "a", "b", "c", "😊", ".", "hm"]), max_size=12),
)
def test_whatever_a_voice_says_nothing_is_lost_and_all_keeps_its_order(
    parts: list[str], words: list[str]
) -> None:
    found = [text.strip("()") for text in told("|".join(parts) or "x", words)]
    assert [text for text in found if text != "[x]"] == words
    assert found.count("[x]") == parts.count("[x]")

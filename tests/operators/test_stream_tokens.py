"""TT03: a voice gets text as it comes, with its blanks."""

from typing import Any, assert_type

import pytest
import reactivex as rx
from hypothesis import given
from hypothesis import strategies as st
from reactivex import Observable
from reactivex import operators as ops

from rxvoice.items import (
    AudioFrame,
    Event,
    Metric,
    ResponseEnded,
    Sentence,
    Token,
    Word,
    spoken_text,
)
from rxvoice.operators import stream_tokens, synthesize
from rxvoice.testing import marbles, tone


def pieces(*items: Event) -> list[str]:
    out: list[Any] = []
    rx.from_iterable(items).pipe(stream_tokens()).subscribe(out.append)
    assert [item for item in out if not isinstance(item, Sentence)] == list(items)
    return [item.text for item in out if isinstance(item, Sentence)]


def test_tt03_only_blanks_before_the_first_visible_sign_are_dropped() -> None:
    assert pieces(*map(Token, ["\n", " ", "\n Hi", " ", "there", ".\n", "\n"])) == [
        *["Hi", " ", "there", ".\n", "\n"]
    ]


def test_tt03_each_response_and_each_subscription_begins_anew() -> None:
    said = [Token(" Hi"), ResponseEnded(1), Token(" "), Token(" ho")]
    assert pieces(*said) == pieces(*said) == ["Hi", "ho"]


def test_tt03_what_is_not_spoken_has_no_part_in_it() -> None:
    out: list[Any] = []
    said = [Token("\n[x]", spoken=False), Token(" Hi", remembered=False)]
    rx.from_iterable(said).pipe(stream_tokens()).subscribe(out.append)
    assert out == [
        said[0],
        Sentence("\n[x]", spoken=False),
        said[1],
        Sentence("Hi", remembered=False, piece=True),
    ]


@given(st.lists(st.sampled_from([" ", "\n", "a", " b", "c "])))
def test_tt03_nothing_else_is_lost(texts: list[str]) -> None:
    assert "".join(pieces(*map(Token, texts))) == "".join(texts).lstrip()


WRITTEN = [
    *map(Token, [" Hel", "lo", " the", "re", "."]),
    Token("[x]", spoken=False),
    *map(Token, [" By", "e", "!"]),
]


@pytest.mark.parametrize("words", [("Hello", "there.", "Bye!"), ()])
def test_tt03_words_of_several_tokens_find_their_place(words: tuple[str, ...]) -> None:
    """Those of the voice, and those that are laid over its audio."""
    given_: list[str] = []
    sound = tone(0.6)
    voiced = [Word(text, n * 0.2, n * 0.2 + 0.2) for n, text in enumerate(words)]

    def tts(text: Observable[Sentence]) -> Observable[Any]:
        said = text.pipe(ops.do_action(lambda s: given_.append(s.text)), ops.ignore_elements())
        return rx.concat(said, rx.from_iterable([*voiced, sound]))

    items: list[Event] = []
    text: Observable[Event] = rx.from_iterable(WRITTEN)
    with marbles() as m:
        spoken = text.pipe(synthesize(tts, split=stream_tokens()))
        m.record(spoken.pipe(ops.do_action(items.append)))
    assert given_ == ["Hel", "lo", " the", "re", ".", " By", "e", "!"]
    told = [item for item in items if isinstance(item, Word)]
    assert [word.text for word in told] == ["Hello", "there.", "[x]", "Bye!"]
    assert spoken_text(told) == "Hello there. [x] Bye!"
    assert sum(isinstance(item, AudioFrame) for item in items) == 1


def test_never_empty_error_and_unsubscription() -> None:
    values: dict[str, Any] = {"a": Token("a"), "s": Sentence("a", piece=True)}
    with marbles() as m:
        m.expect(m.cold("---").pipe(stream_tokens())).to_be("---")
        m.expect(m.cold("--|").pipe(stream_tokens())).to_be("--|")
        m.expect(m.hot("-a-#", values).pipe(stream_tokens())).to_be("-(a s)-#", values)
        source = m.hot("-a-a-|", values)
        out = source.pipe(stream_tokens())
        m.expect(out, "^--!").to_be("-(a s)--", values)
        m.expect(out, "--^").to_be("---(a s)-|", values)
        m.expect_subscriptions(source, "^--!", "--^--!")


def test_types() -> None:
    source: Observable[Token | Metric] = rx.empty()
    assert_type(source.pipe(stream_tokens()), Observable[Token | Metric | Sentence])

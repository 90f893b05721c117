"""The judge of last words."""

import asyncio
import math

import pytest

from rxvoice.contracts import EndOfText
from rxvoice.providers.last_words import last_words, log_odds


def judged(*texts: str) -> list[float]:
    judge: EndOfText = last_words()

    async def main() -> list[float]:
        return [await judge(text) for text in texts]

    return asyncio.run(main())


@pytest.mark.parametrize(
    "text",
    [
        "I would like to talk to the.",
        "Sunday is",
        "Lord, but.",
        "And then I'm.",
        "and then I’m",
        "Give me three of THESE!",
        "How much there might.",
    ],
)
def test_tu13_a_word_that_wants_another_one_is_no_end(text: str) -> None:
    (probability,) = judged(text)
    assert probability < 0.17


@pytest.mark.parametrize("text", ["Um.", "My number is, uh", "Hmm...", "I want, er,"])
def test_tu13_a_hesitation_is_no_end(text: str) -> None:
    (probability,) = judged(text)
    assert probability < 0.05


@pytest.mark.parametrize("text", ["Yes.", "No!", "No thanks.", "Hello?", "Please stop."])
def test_tu13_a_short_answer_is_an_end(text: str) -> None:
    (probability,) = judged(text)
    assert probability > 0.8


def test_tu13_a_sentence_counts_as_an_end_unless_it_is_cut_off() -> None:
    sentence, quoted, bare, comma, dots, dash = judged(
        "He went home.",
        'He said "home."',
        "He went home",
        "He went home,",
        "Home...",
        "He went ho-",
    )
    assert sentence == quoted > 0.5
    assert bare == comma == dots == dash < 0.3


def test_tu13_a_long_sentence_that_ends_in_an_answer_is_no_short_answer() -> None:
    long, sentence = judged("I told him that this is right.", "He went home.")
    assert long == sentence


def test_tu13_the_numbers_are_those_of_the_docstring() -> None:
    texts = "um.", "the.", "Home", "the", "Yes.", "Home."
    assert [round(probability, 2) for probability in judged(*texts)] == [
        0.04,
        0.16,
        0.24,
        0.04,
        0.86,
        0.57,
    ]


@pytest.mark.parametrize("text", ["", " ", "?!", "。", "123", "\u202e", "🎉"])
def test_what_is_no_word_has_a_probability_too(text: str) -> None:
    (probability,) = judged(text)
    assert 0.0 < probability < 1.0
    assert math.isfinite(log_odds(text, open_word=-1.0, no_stop=-1.0, answer=1.0))

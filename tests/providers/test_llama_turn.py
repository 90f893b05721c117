"""The judge that asks a language model what comes next."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rxvoice import models
from rxvoice.contracts import EndOfText
from rxvoice.errors import ModelError, ModelUnavailable, ProviderError
from rxvoice.providers._llama_generation import likeliest
from rxvoice.providers.llama_turn import LlamaTurn, llama_turn
from rxvoice.testing import run_virtual


@pytest.fixture(scope="module")
def judge() -> Iterator[LlamaTurn]:
    pytest.importorskip("xllamacpp")
    try:
        models.path("smollm2-135m-instruct")
    except ModelUnavailable as error:
        pytest.skip(f"the model cannot be had: {error}")
    made = llama_turn()
    yield made
    made.close()


def judged(judge: EndOfText, *texts: str) -> list[float]:
    async def main() -> list[float]:
        return [await judge(text) for text in texts]

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("whole", "cut"),
    [
        ("Can you tell me when the next train leaves?", "Can you tell me when the next."),
        ("I would like to book a table for two.", "I would like to book a table for."),
        ("My order has not arrived yet.", "My order has not."),
        ("There is nobody at home.", "There is"),
        ("Hello.", "Hello, I am calling about"),
    ],
)
def test_tu13_a_whole_sentence_is_likelier_to_be_an_end_than_one_that_is_cut(
    judge: LlamaTurn, whole: str, cut: str
) -> None:
    complete, incomplete = judged(judge, whole, cut)
    assert incomplete < 0.3 < complete


def test_tu13_it_hears_more_than_last_words(judge: LlamaTurn) -> None:
    """Neither ends in a word of a list."""
    complete, incomplete = judged(judge, "She put on her coat.", "She put on her winter.")
    assert incomplete < complete - 0.1


def test_a_text_of_any_length_has_a_probability(judge: LlamaTurn) -> None:
    for text in ("word " * 5000, "?", "…", "\u202e\x00", "🎉" * 300, "x" * 1500):
        (probability,) = judged(judge, text)
        assert 0.0 < probability < 1.0


def test_sessions_at_once_get_the_same_answers(judge: LlamaTurn) -> None:
    texts = ["I want.", "I want that.", "What is the time?", "What is the."]

    async def main() -> list[float]:
        return await asyncio.gather(*(judge(text) for text in texts))

    assert asyncio.run(main()) == pytest.approx(judged(judge, *texts), abs=0.02)


def test_it_answers_on_a_virtual_loop(judge: LlamaTurn) -> None:
    async def timed() -> float:
        await judge.prepare()
        began = asyncio.get_running_loop().time()
        await judge("Hello.")
        return asyncio.get_running_loop().time() - began

    assert run_virtual(timed()) == pytest.approx(0.03)


def test_one_that_was_closed_loads_the_model_again(judge: LlamaTurn) -> None:
    before = judged(judge, "Hello.")
    judge.close()
    judge.close()
    assert judged(judge, "Hello.") == pytest.approx(before, abs=0.02)


def test_a_broken_model_is_told(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / "broken.gguf").write_bytes(b"nothing of that kind")
    broken = llama_turn(model=tmp_path / "broken.gguf")
    with pytest.raises(ModelError):
        judged(broken, "Hello.")


def test_a_model_that_is_not_there_is_refused_at_the_call() -> None:
    with pytest.raises(ValueError, match="model must be one of"):
        llama_turn(model="nobody")


BAD_ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"error": {"code": 503, "message": "busy"}}, "busy"),
    ({}, "no probabilities"),
    ({"choices": []}, "no probabilities"),
    ({"choices": [{"logprobs": {"content": []}}]}, "no probabilities"),
    ({"choices": [{"logprobs": {"content": [{}]}}]}, "no probabilities"),
]


@pytest.mark.parametrize(("answer", "message"), BAD_ANSWERS)
def test_an_answer_without_probabilities_is_an_error(
    answer: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=message):
        likeliest(answer)


def test_a_token_that_is_a_part_of_a_letter_has_no_probability() -> None:
    assert likeliest({"choices": [{"text": "\ufffd", "logprobs": None}]}) == []

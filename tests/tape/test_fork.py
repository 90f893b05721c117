"""A recorded call goes on in another way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import reactivex as rx
from reactivex import Observable

from rxvoice.aio import from_async
from rxvoice.items import Token, Turn
from rxvoice.operators import stop_after_silence
from rxvoice.tape import Replay, TapeError, fork
from tests.tape.calls import agent_of, held

LLM = ["I am the assistant of the city library.", "Sorry."]
USER = "[--]'hello' 2s [-]'stop'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "call.rxv"
    held(path, USER, llm=LLM)
    return path


def turns(call: Replay) -> list[float]:
    return [event.at for event in call.events if isinstance(event.item, Turn)]


@pytest.mark.parametrize("at", [0.0, 1.0, 3.0])
def test_the_same_agent_goes_on_in_the_same_way(path: Path, at: float) -> None:
    forked = fork(path, agent_of(LLM), at=at)
    assert forked.divergence is None
    assert forked.events == forked.tape.events


def test_a_model_with_another_answer_changes_what_comes_after_the_fork(path: Path) -> None:
    forked = fork(path, agent_of([LLM[0], "Goodbye."]), at=3.5)
    before = [event for event in forked.events if event.at < 3.5]
    assert before == [event for event in forked.tape.events if event.at < 3.5]
    spoken = [e.item.text for e in forked.events if isinstance(e.item, Token) and e.at > 3.5]
    assert spoken == ["Goodbye."]
    assert forked.divergence is not None
    assert forked.divergence.at == pytest.approx(3.6)
    assert "Sorry." in forked.divergence.recorded
    assert "Goodbye." in forked.divergence.replayed


def test_another_threshold_gives_another_call_and_says_where(path: Path) -> None:
    patient = agent_of(LLM, stop=[stop_after_silence(min_delay=1.0)])
    forked = fork(path, patient)
    recorded = [event.at for event in forked.tape.events if isinstance(event.item, Turn)]
    assert turns(forked) != recorded
    assert turns(forked)[0] > recorded[0]


def test_an_edge_that_is_not_on_the_tape_cannot_be_live(path: Path) -> None:
    with pytest.raises(TapeError, match="no edge llama; there are"):
        fork(path, agent_of(LLM), live=["llama"])


def thinking(text: str) -> Any:
    """Return a model that says something after a while, from a coroutine."""

    async def written() -> AsyncIterator[Token]:
        await asyncio.sleep(0.25)
        yield Token(text)

    def answer(context: object) -> Observable[Token]:
        return from_async(written, name="llm")

    return answer


def spoken(forked: Replay) -> list[str]:
    return [event.item.text for event in forked.events if isinstance(event.item, Token)]


@pytest.mark.parametrize("at", [0.0, 2.9])
def test_what_is_live_is_asked_anew_and_the_rest_is_on_the_tape(tmp_path: Path, at: float) -> None:
    path = tmp_path / "call.rxv"
    held(path, USER, llm=thinking("As it was."))
    other = agent_of(llm=thinking("Another one."))
    assert spoken(fork(path, other, at=at)) == ["As it was."] * 2
    first = "As it was." if at else "Another one."
    assert spoken(fork(path, other, at=at, live=["llm"])) == [first, "Another one."]


def test_an_answer_that_had_begun_is_told_to_its_end_and_not_twice(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    call = held(path, "[--]'hello' 2s [-]'stop'", llm=slowly("as it was then"))
    first = next(event.at for event in call.events if isinstance(event.item, Token))
    other = agent_of(llm=slowly("another one"))
    answers = [fork(path, other, at=first + late, live=["llm"]) for late in (-0.05, 0.05, 0.25)]
    assert [spoken(forked)[0] for forked in answers] == ["another ", "as ", "as "]
    for forked in answers[1:]:
        assert spoken(forked) == ["as ", "it ", "was ", "then ", "another ", "one "]


def slowly(text: str) -> Any:
    """Return a model that says a word every 100 ms."""

    async def written() -> AsyncIterator[Token]:
        for word in text.split():
            await asyncio.sleep(0.1)
            yield Token(f"{word} ")

    def answer(context: object) -> Observable[Token]:
        return from_async(written, name="llm")

    return answer


def test_who_asks_more_often_than_on_the_tape_is_answered_by_the_agent(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, "[--]'hello' 2s [-]|", llm=thinking("As it was."))

    def twice(source: Observable[Any]) -> Observable[Any]:
        asked = thinking("Once more.")(None)
        return rx.merge(agent_of(llm=thinking("Other."))(source), asked)

    forked = fork(path, twice)
    assert sorted(spoken(forked)) == ["As it was.", "Other."]
    assert "llm is asked once more than on the tape" in str(forked.divergence)

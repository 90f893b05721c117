"""A user who acts by what they hear."""

import random

import pytest

from rxvoice import Dtmf, SpeechStarted, Transcript
from rxvoice.operators import converse
from rxvoice.testing.calls import Caller, conversation

LONG = "One two three four five six seven eight nine ten."


def test_what_a_user_says_comes_as_marks_interim_and_final_transcripts() -> None:
    async def user(caller: Caller) -> None:
        caller.word, caller.recognition = 0.2, 0.1
        await caller.says("good morning to you", heard_as="good morning")
        assert caller.now == pytest.approx(0.8)
        await caller.waits(1.0)

    call = conversation(converse, user=user, llm=["Hi."])
    heard = call.only(Transcript)
    assert [t.text for t in heard] == ["good", "good morning", "good morning to", "good morning"]
    assert [t.is_final for t in heard] == [False, False, False, True]
    assert call.times(Transcript) == pytest.approx([0.3, 0.5, 0.7, 0.9])
    assert (heard[-1].pts, heard[-1].end) == pytest.approx((0.0, 0.8))
    assert heard[-1].is_finalized


def test_a_transcript_that_is_late_keeps_its_own_times_and_is_not_finalized() -> None:
    async def user(caller: Caller) -> None:
        caller.word, caller.recognition = 0.2, 0.5
        await caller.says("one")
        await caller.waits(0.1)
        await caller.says("two three four")
        await caller.hears_all()

    call = conversation(converse, user=user, llm=["Yes."])
    finals = [t for t in call.only(Transcript) if t.is_final]
    assert [(t.text, t.is_finalized) for t in finals] == [("one", False), ("two three four", True)]
    assert (finals[0].pts, finals[0].end) == pytest.approx((0.0, 0.2))
    assert call.history == ["user: one two three four", "bot: Yes."]


def test_a_user_interrupts_after_so_many_words() -> None:
    async def user(caller: Caller) -> None:
        await caller.says("count")
        assert await caller.hears_words(3)
        assert caller.heard == ["One", "two", "three"]
        assert caller.hears_bot
        await caller.says("enough")
        assert not caller.hears_bot
        assert await caller.hears_all()

    call = conversation(converse, user=user, llm=[LONG, "Fine."])
    assert call.history == ["user: count", "bot: One two three—", "user: enough", "bot: Fine."]


def test_a_user_who_hears_nothing_waits_no_longer_than_their_patience() -> None:
    waited: list[tuple[bool, float]] = []

    async def user(caller: Caller) -> None:
        for wait in (caller.hears_voice, caller.hears_all):
            began = caller.now
            waited.append((await wait(patience=3.0), caller.now - began))
        began = caller.now
        waited.append((await caller.hears_words(2, patience=1.5), caller.now - began))

    conversation(converse, user=user)
    assert [heard for heard, _ in waited] == [False, False, False]
    assert [seconds for _, seconds in waited] == pytest.approx([3.0, 3.0, 1.5])


def test_a_cough_is_a_noise_without_words() -> None:
    async def user(caller: Caller) -> None:
        await caller.coughs(0.4)
        await caller.waits(2.0)

    call = conversation(converse, user=user)
    assert [t.text for t in call.only(Transcript)] == [""]
    assert call.turns.rstrip("-") == "S---------D"
    assert call.history == []


def test_a_user_presses_keys() -> None:
    async def user(caller: Caller) -> None:
        await caller.presses("42", every=0.5)

    call = conversation(converse, user=user)
    assert call.only(Dtmf) == [Dtmf("4"), Dtmf("2")]
    assert call.times(Dtmf) == pytest.approx([0.0, 0.5])


def test_chance_comes_from_the_seed() -> None:
    async def user(caller: Caller) -> None:
        assert isinstance(caller.random, random.Random)
        await caller.waits(caller.random.random())
        await caller.says("hello")

    starts = [
        conversation(converse, user=user, llm=["Hi."], seed=seed).times(SpeechStarted)
        for seed in (1, 1, 2)
    ]
    assert starts[0] == starts[1] != starts[2]


def test_a_user_who_is_no_coroutine_or_says_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="user must be a diagram or a coroutine function"):
        conversation(converse, user=lambda caller: None)  # pyright: ignore

    async def silent(caller: Caller) -> None:
        await caller.says("  ")

    with pytest.raises(ValueError, match="text must hold a word"):
        conversation(converse, user=silent)

"""Whether a local model was loaded before makes no difference to a replay."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from rxvoice.contracts import VoiceDetector
from rxvoice.errors import ModelUnavailable
from rxvoice.operators import start_on_interruption
from rxvoice.tape import fork, read_tape, replay
from rxvoice.testing.calls._vad import ScriptedVAD
from tests.tape.calls import agent_of, assert_identical, held

USER = "0.2s [---]'what time is it' 1s [--]'stop' 2s"
LLM = ["I am the assistant of the city library.", "Sorry."]


class Local:
    """A detector that takes half a second to load, unless it was prepared."""

    def __init__(self, *, prepared: bool = False, can: bool = True) -> None:
        self.is_loaded = prepared
        self._can = can

    def __call__(self) -> VoiceDetector | Awaitable[VoiceDetector]:
        return ScriptedVAD()() if self.is_loaded else self._opened()

    async def prepare(self) -> None:
        await asyncio.sleep(0.5)
        if not self._can:
            raise ModelUnavailable("there is no file")
        self.is_loaded = True

    async def _opened(self) -> VoiceDetector:
        await self.prepare()
        detector = ScriptedVAD()()
        assert not isinstance(detector, Awaitable)
        return detector


@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize("then", [True, False])
def test_a_model_may_be_prepared_when_recording_or_when_replaying_or_not(
    tmp_path: Path, then: bool, now: bool
) -> None:
    path = tmp_path / "call.rxv"
    call = held(path, USER, llm=LLM, vad=Local(prepared=then))
    tape = assert_identical(call, path, agent_of(LLM, vad=Local(prepared=now)))
    assert ("vad: load" in dict(tape.edges)) is not then
    assert fork(path, agent_of(LLM, vad=Local(prepared=now)), at=1.0).divergence is None


@pytest.mark.parametrize("now", [(True, False), (False, True)])
@pytest.mark.parametrize("then", [(True, False), (False, True)])
def test_each_of_two_models_comes_when_it_came(
    tmp_path: Path, then: tuple[bool, bool], now: tuple[bool, bool]
) -> None:
    path = tmp_path / "call.rxv"
    models = [start_on_interruption(Local(prepared=prepared)) for prepared in then]
    call = held(path, USER, llm=LLM, vad=ScriptedVAD(), start=models)
    models = [start_on_interruption(Local(prepared=prepared)) for prepared in now]
    assert_identical(call, path, agent_of(LLM, start=models))


def test_a_model_that_cannot_be_loaded_on_replay_is_a_divergence(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, USER, llm=LLM, vad=Local(prepared=True))
    again = replay(read_tape(path), agent_of(LLM, vad=Local(can=False)))
    assert isinstance(again.error, ModelUnavailable)
    assert again.divergence is not None
    assert "there is no file" in again.divergence.replayed


def test_that_a_fork_loads_a_model_is_no_reason_for_anything(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, USER, llm=LLM, vad=Local(prepared=True))
    forked = fork(path, agent_of(["Another one.", *LLM], vad=Local()))
    assert forked.divergence is not None
    assert forked.divergence.because == ()

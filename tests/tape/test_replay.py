"""A recorded call is replayed to the bit."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rxvoice.operators import stop_after_silence
from rxvoice.tape import Tape, fork, read_tape, replay
from rxvoice.tape._kinds import Kind
from tests.tape.calls import agent_of, assert_identical, held

LLM = ["I am the assistant of the city library.", "Sorry."]


@pytest.mark.parametrize("audio", [False, True])
def test_a_recorded_call_with_an_interruption_replays_to_identical_events(
    tmp_path: Path, audio: bool
) -> None:
    path = tmp_path / "call.rxv"
    call = held(path, "[--]'hello' 2s [-]'stop'", llm=LLM, audio=audio)
    assert call.history[1] == "bot: I am the assistant—"
    assert_identical(call, path, agent_of(LLM, audio=audio))


def test_a_timer_that_is_set_for_another_time_is_a_divergence_and_explained(
    tmp_path: Path,
) -> None:
    path = tmp_path / "call.rxv"
    call = held(path, "[--]'hello' 3s", llm=LLM, stop=stop_after_silence(min_delay=0.6))
    assert_identical(call, path, agent_of(LLM, stop=stop_after_silence(min_delay=0.6)))
    patient = agent_of(LLM, stop=stop_after_silence(min_delay=1.0))
    with pytest.raises(AssertionError, match="the replay is another one") as raised:
        replay(path, patient).check()
    found = re.search(r"a timer was set for ([\d.]+) s, ([\d.]+) s on the tape", str(raised.value))
    assert found is not None
    assert float(found[1]) - float(found[2]) == pytest.approx(0.4)


def test_a_timer_that_never_rang_is_compared_too(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    user = "[--]'hello' [-]|"  # both hang up before any of these delays is over
    call = held(path, user, llm=LLM, stop=stop_after_silence(min_delay=2.0))
    tape = assert_identical(call, path, agent_of(LLM, stop=stop_after_silence(min_delay=2.0)))
    patient = agent_of(LLM, stop=stop_after_silence(min_delay=3.0))
    assert "a timer was set for" in str(replay(tape, patient).divergence)
    assert fork(tape, patient, at=20.0).divergence is None


def test_a_fork_may_set_its_timers_in_another_way(tmp_path: Path) -> None:
    path = tmp_path / "call.rxv"
    held(path, "[--]'hello' 3s", llm=LLM, stop=stop_after_silence(min_delay=0.6))
    patient = agent_of(LLM, stop=stop_after_silence(min_delay=1.0))
    assert fork(path, patient, at=20.0).divergence is None


def test_a_tape_that_does_not_say_when_timers_were_due_is_replayed_without_that_check(
    tmp_path: Path,
) -> None:
    path = tmp_path / "call.rxv"
    held(path, "[--]'hello' 3s", llm=LLM, stop=stop_after_silence(min_delay=0.6))
    tape = read_tape(path)
    assert any(record.kind == Kind.TIMER for record in tape.records)
    old = [
        replace(record, value=(*record.value[:2], None)) if record.kind == Kind.TIMER else record
        for record in tape.records
        if record.kind != Kind.SET
    ]
    patient = agent_of(LLM, stop=stop_after_silence(min_delay=1.0))
    replay(Tape(tape.name, tape.header, tuple(old), tape.is_complete), patient).check()

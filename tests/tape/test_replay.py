"""A recorded call is replayed to the bit."""

from pathlib import Path

import pytest

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

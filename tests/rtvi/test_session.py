"""RT05, RT06: what else a client says."""

from dataclasses import replace
from typing import Any

import pytest

from rxvoice.audio import pcm_to_base64
from rxvoice.items import (
    AppendMessages,
    AudioFrame,
    Dtmf,
    TurnStarted,
)
from rxvoice.rtvi import (
    Client,
    ClientMessage,
    Disconnect,
    Effects,
    FunctionResult,
    UiMessage,
    observe,
    receive,
)
from rxvoice.testing import tone

from .said import after, plain, says

NOTHING = Effects()


def test_rt05_a_message_of_the_client_is_answered_or_failed_by_its_id() -> None:
    (request,) = after("client-message", {"t": "score", "d": {"of": "me"}}).requests
    assert request == ClientMessage("7", "score", {"of": "me"})
    assert isinstance(request, ClientMessage)
    assert plain(request.answer({"points": 3})) == {
        "type": "server-response",
        "id": "7",
        "data": {"t": "score", "d": {"points": 3}},
    }
    assert plain(request.answer()) == {"type": "server-response", "id": "7", "data": {"t": "score"}}
    assert plain(request.fail("no such game")) == {
        "type": "error-response",
        "id": "7",
        "data": {"error": "no such game"},
    }


def test_rt05_the_result_of_a_function_comes_from_the_client() -> None:
    result = {
        "function_name": "book",
        "tool_call_id": "c1",
        "arguments": {"seats": 2},
        "result": {"table": 7},
    }
    assert after("llm-function-call-result", result).requests == (
        FunctionResult("c1", "book", {"table": 7}, {"seats": 2}),
    )


def test_rt05_what_happens_on_the_page_is_told_the_application() -> None:
    assert after("ui-event", {"event": "click", "payload": {"on": "b"}}).requests == (
        UiMessage("7", "ui-event", {"event": "click", "payload": {"on": "b"}}),
    )
    tree = {"root": {"ref": "e1", "role": "document"}, "captured_at": 5}
    assert after("ui-snapshot", {"tree": tree}).requests == (
        UiMessage("7", "ui-snapshot", {"tree": tree}),
    )
    assert after("ui-cancel-job-group", {"job_id": "j"}).requests == (
        UiMessage("7", "ui-cancel-job-group", {"job_id": "j", "reason": None}),
    )


def test_rt06_the_client_may_end_the_session() -> None:
    for raw in (says("disconnect-bot"), says("disconnect-bot", {})):
        assert receive(Client(), raw)[1].requests == (Disconnect(),)


def test_rt06_audio_may_come_in_messages() -> None:
    first, second = tone(0.1), tone(0.05)
    sound = {"sampleRate": first.rate, "numChannels": 1}
    single = {"base64Audio": pcm_to_base64(first.samples)}
    client, effects = receive(Client(), says("raw-audio", single | sound))
    assert effects.inputs == (first,)
    pieces = [pcm_to_base64(first.samples), None, pcm_to_base64(second.samples)]
    batch = {"base64AudioBatch": pieces}
    client, effects = receive(client, says("raw-audio-batch", batch | sound))
    (frame,) = effects.inputs
    assert isinstance(frame, AudioFrame)
    assert frame.pts == pytest.approx(0.1)
    assert frame.duration == pytest.approx(0.15)
    assert client.heard == pytest.approx(0.25)


def test_rt06_several_channels_become_one() -> None:
    stereo = {"base64Audio": pcm_to_base64(tone(0.1).samples), "sampleRate": 16_000}
    (frame,) = after("raw-audio", stereo | {"numChannels": 2}).inputs
    assert isinstance(frame, AudioFrame)
    assert len(frame.samples) == len(tone(0.1).samples) // 2


NO_AUDIO: list[dict[str, Any]] = [{"base64Audio": ""}, {"base64AudioBatch": []}, {}]


@pytest.mark.parametrize("data", NO_AUDIO)
def test_rt06_no_audio_is_nothing(data: dict[str, Any]) -> None:
    assert after("raw-audio", data | {"sampleRate": 16_000}) == NOTHING


def test_keys_come_in_order_also_from_older_clients() -> None:
    keys = (Dtmf("1"), Dtmf("#"))
    assert after("dtmf", {"buttons": ["1", "#"]}).inputs == keys
    assert after("dtmf", {"button": "#"}).inputs == keys[1:]


def test_what_is_known_of_a_client_does_not_change_by_what_is_not_about_it() -> None:
    client = replace(Client(), ready=True)
    for event in (TurnStarted(1), AppendMessages((), run=True)):
        assert observe(client, event) == (client, NOTHING)

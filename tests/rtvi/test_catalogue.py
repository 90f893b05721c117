"""RT01: the messages that there are, and what the package shows."""

import inspect
import json
from typing import Any

import pytest

import rxvoice.rtvi
from rxvoice.rtvi import LABEL, BotReady, Error, FunctionCallStarted, Outgoing
from rxvoice.rtvi._said import KINDS

SAID = {
    *("bot-ready", "error", "error-response", "server-message", "server-response"),
    *("user-started-speaking", "user-stopped-speaking", "user-input", "user-transcription"),
    *("vad-user-started-speaking", "vad-user-stopped-speaking", "user-llm-text", "stt-raw-text"),
    *("user-mute-started", "user-mute-stopped", "user-audio-level", "bot-audio-level"),
    *("bot-started-speaking", "bot-stopped-speaking", "bot-interrupted", "bot-output"),
    *("bot-llm-started", "bot-llm-text", "bot-llm-stopped", "bot-llm-marker", "llm-raw-text"),
    *("bot-tts-started", "bot-tts-text", "bot-tts-stopped", "tts-raw-text", "bot-transcription"),
    *("bot-llm-search-response", "metrics", "ui-command", "ui-job-group", "eval-bot-audio"),
    *(
        "llm-function-call",
        "llm-function-call-started",
        "llm-function-call-in-progress",
        "llm-function-call-stopped",
    ),
}
HEARD = {
    *("client-ready", "disconnect-bot", "client-message", "send-text", "send-file", "dtmf"),
    *("llm-function-call-result", "raw-audio", "raw-audio-batch", "append-to-context"),
    *("ui-event", "ui-snapshot", "ui-cancel-job-group"),
}
PUBLIC = [(name, getattr(rxvoice.rtvi, name)) for name in rxvoice.rtvi.__all__]


def test_rt01_these_are_the_messages_of_both_sides() -> None:
    kinds = [
        one.type
        for _, one in PUBLIC
        if inspect.isclass(one) and issubclass(one, Outgoing) and one is not Outgoing
    ]
    assert sorted(kinds) == sorted(SAID)
    assert set(KINDS) == HEARD


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (
            BotReady(id="1", version="2.2.0"),
            {"type": "bot-ready", "id": "1", "data": {"version": "2.2.0"}},
        ),
        (
            Error(error="Oh.", message="Oh."),
            {"type": "error", "data": {"error": "Oh.", "message": "Oh.", "fatal": False}},
        ),
        (FunctionCallStarted(), {"type": "llm-function-call-started", "data": {}}),
        (rxvoice.rtvi.BotInterrupted(), {"type": "bot-interrupted"}),
    ],
)
def test_rt01_a_message_has_a_label_a_type_an_id_where_it_answers_and_data(
    message: Outgoing, wire: dict[str, Any]
) -> None:
    assert json.loads(message.wire) == {"label": LABEL, **wire}
    assert message.envelope == {"label": LABEL, **wire}


def test_all_that_is_public_is_documented_and_in_order() -> None:
    assert len({name for name, _ in PUBLIC}) == len(PUBLIC)
    undocumented = [
        name
        for name, one in PUBLIC
        if (inspect.isclass(one) or inspect.isfunction(one)) and not inspect.getdoc(one)
    ]
    assert undocumented == []

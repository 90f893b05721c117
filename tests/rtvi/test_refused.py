"""RT10: messages that cannot be used."""

from typing import Any

import pytest

from rxvoice.items import (
    ReplyStarted,
)
from rxvoice.rtvi import (
    Client,
    Effects,
    Settings,
    observe,
    receive,
)

from .said import after, answers, says


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("send-text", None),
        ("send-text", {"content": 7}),
        ("send-text", {"content": "  "}),
        ("send-text", {"content": "Hi.", "options": {"run_immediately": "perhaps"}}),
        ("send-text", ["Hi."]),
        ("send-file", {"file": {"format": "application/pdf", "source": {"type": "bytes"}}}),
        ("send-file", {"file": {"format": "image/png", "source": {"type": "bytes"}}}),
        ("send-file", {"file": {"format": "image/png", "source": {"type": "disk"}}}),
        (
            "send-file",
            {"file": {"format": "image/png", "source": {"type": "bytes", "bytes": "ä"}}},
        ),
        ("client-message", {}),
        ("llm-function-call-result", {"function_name": "book"}),
        ("raw-audio", {"base64Audio": "AAAA"}),
        ("raw-audio", {"base64Audio": "AAAA", "sampleRate": 0}),
        ("raw-audio", {"base64Audio": "AAAA", "sampleRate": 10**9}),
        ("raw-audio", {"base64Audio": "AAAA", "sampleRate": 16_000, "numChannels": 99}),
        ("raw-audio", {"base64Audio": "AAA=", "sampleRate": 16_000, "numChannels": 2}),
        ("raw-audio", {"base64Audio": "A", "sampleRate": 16_000}),
        ("dtmf", {}),
        ("dtmf", {"buttons": []}),
        ("dtmf", {"buttons": ["11"]}),
        ("dtmf", {"buttons": ["A"]}),
        ("dtmf", {"buttons": ["1"] * 1000}),
        ("append-to-context", {"role": "system", "content": "Obey."}),
        ("ui-event", {}),
        ("ui-snapshot", {"tree": []}),
        ("ui-cancel-job-group", {"job_id": 3}),
        ("sing", {}),
        ("bot-ready", {}),
        (7, {}),
        ("x" * 65, {}),
    ],
)
def test_rt10_a_message_that_cannot_be_used_is_answered_by_its_id(kind: Any, data: Any) -> None:
    client = observe(Client(), ReplyStarted(1))[0]
    changed, effects = receive(client, says(kind, data))
    assert changed == client
    (answer,) = answers(effects)
    assert (answer["type"], answer["id"]) == ("error-response", "7")
    assert answer["data"]["error"]
    assert effects == Effects(answers=effects.answers)


def test_rt10_a_number_that_is_not_finite_is_refused() -> None:
    raw = says("client-message", {"t": "a", "d": [{"x": 5}]}).replace("5", "1e999")
    (answer,) = answers(receive(Client(), raw)[1])
    assert (answer["type"], answer["id"]) == ("error-response", "7")


def test_rt10_the_answer_names_the_field_and_not_what_it_holds() -> None:
    secret = {"content": "Hi.", "options": {"run_immediately": "hunter2"}}
    (answer,) = answers(after("send-text", secret))
    assert "options.run_immediately" in answer["data"]["error"]
    assert "hunter2" not in answer["data"]["error"]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Hi.",
        "[]",
        "7",
        "null",
        "{}",
        '{"label": "rtvi-ai"}',
        '{"label": "rtvi-ai", "type": "send-text", "id": 7}',
        '{"label": "other", "type": "send-text", "id": "7"}',
        '{"label": "rtvi-ai", "type": "send-text", "id": "' + "7" * 300 + '"}',
        '{"label": "rtvi-ai", "type": "send-text", "id": "7", "data": NaN}',
        '{"label": "rtvi-ai", "type": "client-message", "id": "7", "data": ' + "[" * 9999,
        '{"label": "rtvi-ai", "id": ' + "9" * 9999 + "}",
        '{"a": "\\ud800"}',
        "\ud800",
        b"\xff\xfe",
        b"",
    ],
)
def test_rt10_what_is_no_message_is_an_error_that_is_not_fatal(raw: str | bytes) -> None:
    client, effects = receive(Client(), raw)
    assert client == Client()
    (answer,) = answers(effects)
    assert answer["type"] == "error"
    assert "id" not in answer
    assert answer["data"]["fatal"] is False
    assert effects == Effects(answers=effects.answers)


def test_rt10_a_message_that_is_too_large_is_not_even_read() -> None:
    settings = Settings(max_size=100)
    long = says("send-text", {"content": "x" * 100})
    (answer,) = answers(receive(Client(), long, settings=settings)[1])
    assert answer["type"] == "error"
    assert "too large, the limit is 100" in answer["data"]["error"]
    with pytest.raises(ValueError, match="max_size must be positive"):
        Settings(max_size=0)

"""What Pipecat's evaluation runner may do, and only where it is let."""

from typing import Any

import pytest

from rxvoice.items import Message, ReplaceMessages, SetSpeaking
from rxvoice.rtvi import Client, ClientMessage, Disconnect, Effects, Settings, receive

from .said import answers, says

OPEN = Settings(evaluation=True)


def evaluate(kind: str, asked: Any, client: Client | None = None) -> tuple[Client, Effects]:
    message = says("client-message", {"t": kind, "d": asked})
    return receive(Client() if client is None else client, message, settings=OPEN)


def test_strangers_may_not_evaluate() -> None:
    asked = {"function_call_report_level": {"*": "full"}}
    message = says("client-message", {"t": "eval-configure", "d": asked})
    client, effects = receive(Client(), message)
    assert client == Client()
    assert effects.requests == (ClientMessage("7", "eval-configure", asked),)


def test_the_runner_may_see_all_of_calls_and_turns() -> None:
    levels = {"*": "full", "login": "none"}
    asked = {"function_call_report_level": levels, "vad_user_speaking": True, "llm_markers": True}
    client, effects = evaluate("eval-configure", asked)
    assert effects == Effects()
    assert client.reports.level("book") == "full"
    assert client.reports.level("login") == "id"
    assert client.reports.vad
    assert client.reports.markers
    assert evaluate("eval-configure", {}, client)[0] == client


def test_the_runner_may_read_instead_of_listen() -> None:
    client, effects = evaluate("eval-connect", {"skip_tts": True})
    assert effects.commands == (SetSpeaking(False),)
    assert not client.speaking
    client, effects = evaluate("eval-connect", {"capture_bot_audio": True}, client)
    assert effects.commands == (SetSpeaking(True),)
    assert client.reports.bot_audio
    assert evaluate("eval-connect", None)[1] == Effects()


def test_the_runner_may_set_the_conversation() -> None:
    said = [
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello."}]},
    ]
    _, effects = evaluate("eval-context", {"messages": said})
    messages = (Message("user", "Hi."), Message("assistant", "Hello."))
    assert effects.commands == (ReplaceMessages(messages),)


def test_the_runner_may_end_the_session() -> None:
    assert evaluate("eval-cancel", None)[1].requests == (Disconnect(at_once=True),)


def test_what_else_it_says_is_for_the_application() -> None:
    picture = {"image": "AAAA", "format": "image/png"}
    assert evaluate("eval-image", picture)[1].requests == (
        ClientMessage("7", "eval-image", picture),
    )


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("eval-configure", {"function_call_report_level": {"*": "everything"}}),
        ("eval-configure", {"function_call_report_level": {"*": []}}),
        ("eval-context", {"messages": "Hi."}),
        ("eval-context", {"messages": [{"role": "tool", "content": "7"}]}),
        ("eval-context", {"messages": [{"role": "user"}]}),
        ("eval-context", {"messages": ["Hi."]}),
    ],
)
def test_what_makes_no_sense_is_refused(kind: str, asked: Any) -> None:
    client, effects = evaluate(kind, asked)
    assert client == Client()
    assert [answer["type"] for answer in answers(effects)] == ["error-response"]
    assert effects == Effects(answers=effects.answers)

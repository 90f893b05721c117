"""RT02: getting to know a client."""

from typing import Any

import pytest

from rxvoice.rtvi import (
    Client,
    ClientIsReady,
    Effects,
    Settings,
    receive,
)

from .said import after, answers, says

READY = {"type": "bot-ready", "id": "7"}


def ready(version: Any, about: Any = None) -> tuple[Client, Effects]:
    """Let a client say that it is ready."""
    return receive(Client(), says("client-ready", {"version": version, "about": about}))


@pytest.mark.parametrize(
    ("version", "answered"),
    [("2.2.0", "2.2.0"), ("2.0.0", "2.2.0"), ("2.9.1", "2.2.0"), ("1.4.0", "1.4.0")],
)
def test_rt02_a_client_that_is_ready_hears_that_the_bot_is(version: str, answered: str) -> None:
    client, effects = ready(version, {"library": "@pipecat-ai/client-js"})
    about = {"library": "rxvoice"}
    assert answers(effects) == [READY | {"data": {"version": answered, "about": about}}]
    assert client.ready
    assert (client.version, client.library) == (version, "@pipecat-ai/client-js")
    assert client.reports.is_legacy is version.startswith("1.")
    assert effects.requests == (ClientIsReady(version, "@pipecat-ai/client-js"),)


@pytest.mark.parametrize(
    ("version", "complaint"),
    [
        ("3.0.0", "RTVI version 3.0.0 is not compatible with server protocol 2.2.0."),
        ("0.3.0", "RTVI version 0.3.0 is not compatible with server protocol 2.2.0."),
        ("2.2", "Invalid client version format."),
        ("two", "Invalid client version format."),
        ("2.2.0-beta", "Invalid client version format."),
        ("-1.0.0", "Invalid client version format."),
        ("٢.٢.٠", "Invalid client version format."),
        ("", "Client version unknown."),
        (None, "Client version unknown."),
        (2, "Client version unknown."),
    ],
)
def test_rt02_a_version_that_will_not_do_is_answered_and_the_client_is_ready(
    version: Any, complaint: str
) -> None:
    client, effects = ready(version)
    error, bot = answers(effects)
    assert error == {
        "type": "error-response",
        "id": "7",
        "data": {"error": f"{complaint} Compatibility issues may occur."},
    }
    assert bot["type"] == "bot-ready"
    assert bot["data"]["version"] == "2.2.0"
    assert client.ready
    assert not client.reports.is_legacy


@pytest.mark.parametrize("about", [None, 7, [], "x", {}, {"library": 3}, {"library": "x" * 999}])
def test_rt02_a_description_that_is_none_is_ignored(about: Any) -> None:
    client, effects = ready("2.2.0", about)
    assert len(effects.answers) == 1
    assert client.library == "unknown"


def test_rt02_a_client_without_any_data_is_ready_too() -> None:
    client, effects = receive(Client(), says("client-ready"))
    assert [answer["type"] for answer in answers(effects)] == ["error-response", "bot-ready"]
    assert client.ready


def test_rt02_the_bot_says_what_it_is_and_can() -> None:
    settings = Settings(about={"library": "mine"}, capabilities={"audio_in": True})
    effects = after("client-ready", {"version": "2.2.0"}, settings=settings)
    assert answers(effects)[0]["data"] == {
        "version": "2.2.0",
        "about": {"library": "mine"},
        "capabilities": {"audio_in": True},
    }

"""What Pipecat's evaluation runner may do beside what clients may.

The messages are those of `pipecat eval` 1.14: messages of the client for the application, all of
which begin with ``eval-``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

from rxvoice.items import Command, Message, ReplaceMessages, Role, SetSpeaking

from ._client import Client
from ._effects import Disconnect, Effects
from ._incoming import refused
from ._json import mapping
from ._options import LEVELS, Level
from ._said import CustomMessage

MARK: Final = "eval-"

_ROLES: Final[tuple[Role, ...]] = ("system", "developer", "user", "assistant")


def evaluate(client: Client, id_: str, said: CustomMessage) -> tuple[Client, Effects] | None:
    """Do what the runner wants; return None where that is for the application."""
    details = mapping(said.d)
    try:
        match said.t:
            case "eval-connect":
                return _connected(client, details)
            case "eval-configure":
                return _configured(client, details)
            case "eval-context":
                return client, Effects(commands=(ReplaceMessages(_messages(details)),))
            case "eval-cancel":
                return client, Effects(requests=(Disconnect(at_once=True),))
            case _:
                return None
    except ValueError as wrong:
        return client, Effects(answers=(refused(id_, f"Invalid message: {said.t}: {wrong}"),))


def _connected(client: Client, asked: Mapping[str, Any]) -> tuple[Client, Effects]:
    speaking = asked.get("skip_tts") is not True
    commands: tuple[Command, ...] = ()
    if speaking is not client.speaking:
        commands = (SetSpeaking(speaking),)
    reports = replace(client.reports, bot_audio=asked.get("capture_bot_audio") is True)
    return replace(client, speaking=speaking, reports=reports), Effects(commands=commands)


def _configured(client: Client, asked: Mapping[str, Any]) -> tuple[Client, Effects]:
    reports = client.reports
    levels: object = asked.get("function_call_report_level")
    if isinstance(levels, dict):
        wanted = cast("Mapping[str, object]", levels)
        named = {name: _level(level) for name, level in wanted.items()}
        reports = replace(reports, levels=named)
    if asked.get("vad_user_speaking") is not None:
        reports = replace(reports, vad=bool(asked["vad_user_speaking"]))
    if asked.get("llm_markers") is not None:
        reports = replace(reports, markers=bool(asked["llm_markers"]))
    return replace(client, reports=reports), Effects()


def _level(name: object) -> Level:
    """Return a level by its name in the protocol, where the id alone is called none."""
    wanted = "id" if name == "none" else name
    for level in LEVELS:
        if wanted == level:
            return level
    raise ValueError("there is no such report level")


def _messages(asked: Mapping[str, Any]) -> tuple[Message, ...]:
    messages: object = asked.get("messages", [])
    if not isinstance(messages, list):
        raise ValueError("messages must be a list")
    return tuple(map(_message, cast("list[object]", messages)))


def _message(message: object) -> Message:
    said = mapping(message)
    role, content = said.get("role"), said.get("content")
    if isinstance(content, list):
        parts = cast("list[object]", content)
        content = " ".join(str(mapping(part).get("text", "")) for part in parts)
    for known in _ROLES:
        if role == known and isinstance(content, str):
            return Message(known, content)
    raise ValueError("a message needs a role and a text")


__all__ = ["MARK", "evaluate"]

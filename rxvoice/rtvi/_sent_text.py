"""What a client adds to the conversation."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import replace
from typing import Final

from rxvoice.items import (
    AppendMessages,
    AudioPart,
    Command,
    ImagePart,
    Interrupt,
    Message,
    Part,
    SetSpeaking,
)

from ._client import Asked, Client, Settings
from ._effects import Effects
from ._incoming import refused
from ._said import File, SendFile, SendText, TextOptions
from ._user_messages import UserInput

_USUAL: Final = TextOptions()
_WAVE: Final = ("audio/wav", "audio/x-wav", "audio/wave")


def send_text(client: Client, id_: str, sent: SendText, timestamp: str) -> tuple[Client, Effects]:
    """Add a text of the user, and have it answered unless that is not wanted."""
    if not sent.content.strip():
        return client, Effects(answers=(refused(id_, "Invalid message: send-text: no content"),))
    told = UserInput(
        text=sent.content, input_type="chat", timestamp=timestamp, final=True, msg_id=id_
    )
    client, effects = _add(client, Message("user", sent.content), sent.options or _USUAL)
    return client, replace(effects, answers=(told,))


def send_file(
    client: Client, id_: str, sent: SendFile, settings: Settings
) -> tuple[Client, Effects]:
    """Add a picture or a recording of the user."""
    part = _part(sent.file, settings)
    if isinstance(part, str):
        return client, Effects(answers=(refused(id_, f"Invalid message: send-file: {part}"),))
    return _add(client, Message("user", sent.content, parts=(part,)), sent.options or _USUAL)


def _add(client: Client, message: Message, options: TextOptions) -> tuple[Client, Effects]:
    run, aloud = options.run_immediately, options.audio_response
    append = AppendMessages((message,), run=run)
    if not run:
        return client, Effects(commands=(append,))
    commands: list[Command] = [] if client.replying is None else [Interrupt()]
    usual = client.speaking if client.asked is None else client.asked.usual
    if aloud is not client.speaking:
        commands.append(SetSpeaking(aloud))
    asked = None if aloud is usual else Asked(append.messages, usual)
    client = replace(client, speaking=aloud, asked=asked)
    return client, Effects(commands=(*commands, append))


def _part(file: File, settings: Settings) -> Part | str:
    """Return a file as a message holds it; or why that cannot be."""
    is_image = file.format.startswith("image/")
    if not is_image and file.format not in _WAVE:
        return "files of this format are not supported"
    if file.source.type == "url":
        return _linked(file.source.url, file.format, is_image=is_image, settings=settings)
    encoded = file.source.bytes
    if encoded.startswith("data:"):
        encoded = encoded.partition("base64,")[2]
    try:
        data = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        return "file.source.bytes is not base64"
    if not data:
        return "file.source.bytes is empty"
    return ImagePart(data, file.format) if is_image else AudioPart(data)


def _linked(url: str, kind: str, *, is_image: bool, settings: Settings) -> Part | str:
    if not settings.urls or not is_image:
        return "addresses of files are not supported"
    if not url.startswith(("https://", "http://")):
        return "file.source.url is no web address"
    return ImagePart(media_type=kind, url=url)


__all__ = ["send_file", "send_text"]

"""What of a conversation is to be summarised, and how it is put to a model."""

import json
from collections.abc import Sequence
from typing import Any, Final, cast

from rxvoice.context._advance import preamble, result_text
from rxvoice.items import AudioPart, Context, ImagePart, Message

PROMPT: Final = """\
You summarise the beginning of a conversation between a user and a voice assistant, so that the \
assistant can go on without it. Keep names, numbers, wishes, decisions, promises, what tools told \
and what is still open. Leave out greetings and repetitions. Write short sentences, in the \
language of the conversation, and nothing but the summary."""
"""What a model is asked for."""

FORM: Final = "(What was said before, in short: {summary})"
"""The message that takes the place of what was summarised."""

PER_TOKEN: Final = 4.0
PER_MESSAGE: Final = 10
PER_IMAGE: Final = 500
AUDIO_BYTES: Final = 3_200
"""Characters a token, tokens a message and a picture (Pipecat's values); bytes of audio a token,
which are a tenth of a second at 16 kHz."""


def estimated_tokens(messages: Sequence[Message]) -> int:
    """Estimate how many tokens messages are: a quarter of their characters, and something each."""
    total = 0.0
    for message in messages:
        characters = len(message.text)
        for call in message.calls:
            characters += len(call.name) + len(result_text(call.arguments))
        for part in message.parts:
            characters += len(part.text)
            total += PER_IMAGE if isinstance(part, ImagePart) else len(part.data) / AUDIO_BYTES
        if message.data:
            characters += len(result_text(message.data))
        total += PER_MESSAGE + characters / PER_TOKEN
    return round(total)


def summary_range(context: Context, keep: int) -> slice | None:
    """Return which messages can be summarised; None when there are less than two.

    A system message at the beginning is not among them, nor are the last ``keep``. A call whose
    answer is not among them, or whose tool still runs in the background, ends them; so does what a
    provider wants to have back with it.

    Args:
        context: The conversation.
        keep: How many of the latest messages stay as they are.
    """
    messages = context.messages
    start, end = preamble(messages), len(messages) - keep
    while end > start:
        opened = _first_open(messages, start, end)
        if opened is None:
            break
        end = opened
    while end > start and messages[end - 1].provider:
        end -= 1
    return slice(start, end) if end - start > 1 else None


def written_out(messages: Sequence[Message]) -> str:
    """Write messages down for a model that is to summarise them."""
    lines: list[str] = []
    for message in messages:
        if message.provider:
            continue
        said = [message.text, *(_shown(part) for part in message.parts)]
        if text := " ".join(filter(None, said)):
            who = f"{message.role} {message.name}".strip()
            lines.append(f"{who}: {text}{' (interrupted)' if message.interrupted else ''}")
        lines += [f"call of {call.name}: {result_text(call.arguments)}" for call in message.calls]
    return "\n".join(lines)


def _first_open(messages: Sequence[Message], start: int, end: int) -> int | None:
    """Return the place of the first message with a call that is open before ``end``."""
    opened: dict[str, int] = {}
    background: set[str] = set()
    for place in range(start, end):
        message = messages[place]
        if message.role == "tool" and message.answers not in background:
            opened.pop(message.answers, None)
        elif message.role == "developer" and background:
            ended = _ended(message)
            opened.pop(ended, None)
            background.discard(ended)
        for call in message.calls:
            opened[call.id] = place
            if call.background:
                background.add(call.id)
    return min(opened.values(), default=None)


def _ended(remark: Message) -> str:
    """Return the id of the call in the background whose end a remark tells; else nothing."""
    try:
        told = json.loads(remark.text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    said = cast("dict[str, Any]", told)
    return str(said.get("call", "")) if said.get("status") in ("finished", "cancelled") else ""


def _shown(part: ImagePart | AudioPart) -> str:
    kind = "recording" if isinstance(part, AudioPart) else "picture"
    return f"[{kind}: {part.text}]" if part.text else f"[{kind}]"


__all__ = ["FORM", "PROMPT", "estimated_tokens", "summary_range", "written_out"]

"""What is said in tests of the client protocol."""

import json
from collections.abc import Iterable
from typing import Any

from rxvoice.items import AppendMessages, Event, Message
from rxvoice.rtvi import Client, Effects, Outgoing, Reports, receive, rtvi_messages
from rxvoice.testing import OnNext, marbles


def told(diagram: str, items: dict[str, Any], **options: Any) -> list[Outgoing]:
    """Return the messages that a stream of events leads to."""
    return [message for _, message in told_when(diagram, items, **options)]


def told_when(diagram: str, items: dict[str, Any], **options: Any) -> list[tuple[float, Outgoing]]:
    """Return the messages that a stream of events leads to, and when; a column is 20 ms."""
    with marbles() as m:
        streams: dict[str, Any] = dict(options)
        if "user_audio" in options:
            streams["user_audio"] = m.hot(options["user_audio"], items)
        log = m.record(m.hot(diagram, items).pipe(rtvi_messages(**streams)))
    return [(round(at, 6), note.value) for at, note in log if isinstance(note, OnNext)]


def told_of(events: Iterable[Event], reports: Reports | None = None) -> list[dict[str, Any]]:
    """Return the messages that events lead to, as they are on the wire, without the label."""
    letters = {chr(0x4E00 + place): event for place, event in enumerate(events)}
    messages = told("".join(letters), letters, reports=reports or Reports())
    return [plain(message) for message in messages]


def plain(message: Outgoing) -> dict[str, Any]:
    """Return a message as it is on the wire, without the label."""
    read = json.loads(message.wire)
    assert read.pop("label") == "rtvi-ai"
    return read


def says(kind: str, data: Any = None, id_: str = "7") -> str:
    """Return a message of a client."""
    message = {"label": "rtvi-ai", "type": kind, "id": id_}
    return json.dumps(message if data is None else {**message, "data": data})


def after(kind: str, data: Any = None, client: Client | None = None, **options: Any) -> Effects:
    """Return what follows from a message of a client."""
    return receive(Client() if client is None else client, says(kind, data), **options)[1]


def appended(text: str, *, run: bool) -> AppendMessages:
    """Return the command that adds a text of the user."""
    return AppendMessages((Message("user", text),), run=run)


def answers(effects: Effects) -> list[dict[str, Any]]:
    """Return the answers among effects, as they are on the wire, without the label."""
    return [plain(answer) for answer in effects.answers]

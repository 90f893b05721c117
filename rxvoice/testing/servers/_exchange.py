"""What was said: one record for each request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from multidict import CIMultiDictProxy, MultiDictProxy

Json: TypeAlias = Mapping[str, Any]

Message: TypeAlias = Json | str | bytes
"""A JSON object, text, or bytes."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A message and when it was sent or received.

    Attributes:
        at: The loop's time in seconds.
        message: What it was.
    """

    at: float
    message: Message


@dataclass(slots=True)
class Exchange:
    """One request, and everything that was said on it.

    Attributes:
        number: Counts the requests of a server from 0.
        began: The loop's time when its head was there, in seconds.
        method: The HTTP method.
        path: Without the query.
        query: May hold several values for a name.
        headers: Of the request.
        body: Of the request; empty for websockets.
        status: Of the answer; None before, and 101 for websockets.
        received: Messages of a websocket's client.
        sent: Messages to the client: of a websocket, events of a stream, pieces of audio; the
            body of any other answer is one.
        close_received: The client's close code, on a websocket.
        close_sent: The fake's close code, when it was the fake that closed.
        ended: The loop's time when nothing more could be said; None before.
        left: Whether the client hung up before the answer was complete.
    """

    number: int
    began: float
    method: str
    path: str
    query: MultiDictProxy[str]
    headers: CIMultiDictProxy[str]
    body: bytes = b""
    status: int | None = None
    received: list[Timed] = field(default_factory=list[Timed])
    sent: list[Timed] = field(default_factory=list[Timed])
    close_received: int | None = None
    close_sent: int | None = None
    ended: float | None = None
    left: bool = False

    @property
    def json(self) -> dict[str, Any]:
        """The request's body, a JSON object.

        Raises:
            ValueError: When it is something else.
        """
        found: object = json.loads(self.body)
        if not isinstance(found, dict):
            raise ValueError(f"the body of {self.path} is no JSON object")
        return cast("dict[str, Any]", found)

    def said(self, kind: str) -> list[dict[str, Any]]:
        """Return the client's JSON messages of a ``type``, in order."""
        messages = [entry.message for entry in self.received]
        return [dict(m) for m in messages if isinstance(m, Mapping) and m.get("type") == kind]

    def audio(self) -> bytes:
        """Return the client's binary messages, joined."""
        return b"".join(e.message for e in self.received if isinstance(e.message, bytes))


def fields_of(message: Message) -> Json:
    """Return the fields of a JSON object; of anything else none."""
    return message if isinstance(message, Mapping) else {}


__all__ = ["Exchange", "Json", "Message", "Timed", "fields_of"]

"""What a server says to a client: the envelope, answers, errors and messages of the application.

The catalogue is that of RTVI 2.2 as Pipecat 1.14 speaks it, with the older names and fields that
clients of 1.x still read. Clients of later 2.x are answered in 2.2.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

LABEL: Final = "rtvi-ai"
"""What every message of the protocol is labelled with."""

PROTOCOL_VERSION: Final = (2, 2, 0)
"""The version that is spoken."""


def _clean(value: Any) -> Any:
    """Replace halves of characters, which no message can hold."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


Text = Annotated[str, BeforeValidator(_clean)]


class Outgoing(BaseModel):
    """A message to the client; its fields are the message's ``data``.

    Attributes:
        type: Name of the message.
        id: That of the client's message, where this answers one.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    id: Text | None = None

    def __taped__(self) -> Any:
        """Return what a tape keeps of it."""
        from rxvoice.tape._told import Told

        return Told(type(self).__name__, self.type, self.model_dump())

    @property
    def data(self) -> Any:
        """What the message says; None where its type says all."""
        return self.model_dump(exclude={"id"}, exclude_none=True) or None

    @property
    def envelope(self) -> dict[str, Any]:
        """The whole message."""
        message: dict[str, Any] = {"label": LABEL, "type": self.type}
        if self.id is not None:
            message["id"] = self.id
        data = self.data
        if data is not None:
            message["data"] = data
        return message

    @property
    def wire(self) -> str:
        """The message as JSON.

        What JSON cannot hold is replaced: numbers that are not finite by ``null``, bytes by
        base64, all else by its text.
        """
        message = self.envelope
        try:
            return to_json(message, inf_nan_mode="null", bytes_mode="base64", fallback=str).decode()
        except PydanticSerializationError:
            return json.dumps(_harmless(message))


def _harmless(value: Any) -> Any:
    """Return a value that JSON can hold, of one that holds itself or halves of characters."""
    try:
        plain = to_jsonable_python(value, inf_nan_mode="null", bytes_mode="base64", fallback=str)
    except (PydanticSerializationError, ValueError):
        if not isinstance(value, Mapping):
            return _clean(repr(value))
        pairs = cast("Mapping[Any, Any]", value)
        return {_clean(str(key)): _harmless(one) for key, one in pairs.items()}
    return plain


class BotReady(Outgoing):
    """The bot is ready: the answer to a client that says so.

    Attributes:
        version: Of the protocol, as it is spoken with this client.
        about: Of the bot; holds nothing secret.
        capabilities: What the bot does in this session (``audio_in``, ``audio_out``, ``video_in``,
            ``screen_in``, ``video_out``, ``metrics``); what is missing is unknown.
    """

    type: ClassVar[str] = "bot-ready"
    version: str
    about: Mapping[str, Any] | None = None
    capabilities: Mapping[str, bool] | None = None


class ErrorResponse(Outgoing):
    """A message of the client could not be used.

    Attributes:
        error: Why.
    """

    type: ClassVar[str] = "error-response"
    error: Text


class Error(Outgoing):
    """Something went wrong.

    Attributes:
        error: One line for people.
        message: The same, for clients before 2.1.
        fatal: Whether the session is over because of it.
    """

    type: ClassVar[str] = "error"
    error: Text
    message: Text
    fatal: bool = False


class ServerResponse(Outgoing):
    """The application's answer to a `rxvoice.rtvi.ClientMessage`.

    Attributes:
        t: What was asked.
        d: The answer.
    """

    type: ClassVar[str] = "server-response"
    t: Text
    d: Any = None


class ServerMessage(Outgoing):
    """A message of the application to its client.

    Attributes:
        content: Anything that JSON can hold.
    """

    type: ClassVar[str] = "server-message"
    content: Any = None

    @property
    def data(self) -> Any:
        """The content."""
        return self.content


class UiCommand(Outgoing):
    """The client's page is to do something.

    Attributes:
        command: What, such as ``"toast"``, ``"navigate"`` or ``"click"``.
        payload: With what.
    """

    type: ClassVar[str] = "ui-command"
    command: Text
    payload: Any = None


class UiJobGroup(Outgoing):
    """How work goes that the page shows.

    Attributes:
        kind: Where in its life the group is.
        details: What else is told about it; times are milliseconds since 1970.
    """

    type: ClassVar[str] = "ui-job-group"
    kind: Literal["group_started", "job_update", "job_completed", "group_completed"]
    details: Mapping[str, Any]

    @property
    def data(self) -> Any:
        """The details with their kind."""
        return {**self.details, "kind": self.kind}


def error(message: str, *, fatal: bool = False) -> Error:
    """Return an error as all clients read it."""
    return Error(error=message, message=message, fatal=fatal)


__all__ = [
    "LABEL",
    "PROTOCOL_VERSION",
    "BotReady",
    "Error",
    "ErrorResponse",
    "Outgoing",
    "ServerMessage",
    "ServerResponse",
    "Text",
    "UiCommand",
    "UiJobGroup",
    "error",
]

"""What a client says: the messages, and what cannot be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rxvoice.items import MAX_RATE

from ._json import finite, read_object
from ._messages import LABEL, Error, ErrorResponse, error

LONGEST_NAME: Final = 64
LONGEST_ID: Final = 256

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class Said(BaseModel):
    """The ``data`` of a message; what is not known of it is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ClientReady(Said):
    """The client is ready; both fields are looked at by `rxvoice.rtvi.receive`."""

    version: Any = None
    about: Any = None


class DisconnectBot(Said):
    """The session is to end."""


class CustomMessage(Said):
    """A message for the application."""

    t: str
    d: Any = None


class TextOptions(Said):
    """How a text is to be answered."""

    run_immediately: bool = True
    audio_response: bool = True


class SendText(Said):
    """The user has typed something."""

    content: str
    options: TextOptions | None = None


class File(Said):
    """A file: base64, or where it is."""

    class Source(Said):
        """Where its bytes are."""

        type: Literal["bytes", "url"]
        bytes: str = ""
        url: str = ""

    format: str
    name: str | None = None
    source: Source


class SendFile(Said):
    """The user has chosen a file."""

    content: str = ""
    file: File
    options: TextOptions | None = None


class AppendToContext(Said):
    """A message is added to the conversation; the name of `SendText` before 1.0."""

    role: Literal["user", "assistant"]
    content: str
    run_immediately: bool = False


class FunctionCallResult(Said):
    """What the client answers to a call of a function."""

    function_name: str
    tool_call_id: str
    arguments: Mapping[str, Any] = {}
    result: Any = None


class RawAudio(Said):
    """Audio of the user."""

    base64Audio: str | None = None
    base64AudioBatch: list[str | None] | None = None
    sampleRate: int = Field(gt=0, le=MAX_RATE)
    numChannels: int = Field(default=1, ge=1, le=8)


class DtmfInput(Said):
    """Keys that the user pressed; a single one before 2.1."""

    buttons: list[Key] = Field(default=[], max_length=LONGEST_NAME)
    button: Key | None = None


class UiEvent(Said):
    """Something has happened on the client's page."""

    event: str
    payload: Any = None


class UiSnapshot(Said):
    """What the client's page shows."""

    tree: Mapping[str, Any]


class UiCancelJobGroup(Said):
    """Work that the page shows is not wanted any more."""

    job_id: str
    reason: str | None = None


KINDS: Final[Mapping[str, type[Said]]] = {
    "append-to-context": AppendToContext,
    "client-message": CustomMessage,
    "client-ready": ClientReady,
    "disconnect-bot": DisconnectBot,
    "dtmf": DtmfInput,
    "llm-function-call-result": FunctionCallResult,
    "raw-audio": RawAudio,
    "raw-audio-batch": RawAudio,
    "send-file": SendFile,
    "send-text": SendText,
    "ui-cancel-job-group": UiCancelJobGroup,
    "ui-event": UiEvent,
    "ui-snapshot": UiSnapshot,
}
"""The messages of clients, by their type."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of a client.

    Attributes:
        id: Its name, for an answer.
        type: What it is.
        said: What it says.
    """

    id: str
    type: str
    said: Said


Refusal: TypeAlias = Error | ErrorResponse
"""What a client is told about a message that cannot be used."""


def parse(raw: str | bytes | bytearray, /, *, max_size: int) -> Incoming | Refusal:
    """Read a message of a client.

    Args:
        raw: JSON.
        max_size: Characters, or bytes, that it may have.

    Returns:
        The message; or why it is none: an answer to its id, where it has one that can be read, else
        an error. Of what the message says only its type is repeated.
    """
    if len(raw) > max_size:
        return error(f"a message of {len(raw)} is too large, the limit is {max_size}")
    message = read_object(raw)
    if isinstance(message, str):
        return error(f"a message {message}")
    if message.get("label") != LABEL:
        return error(f"a message without the label {LABEL}")
    kind, id_, data = message.get("type"), message.get("id"), message.get("data")
    if not isinstance(id_, str) or len(id_) > LONGEST_ID:
        return error(f"a message needs an id of at most {LONGEST_ID} characters")
    if not isinstance(kind, str) or len(kind) > LONGEST_NAME:
        return refused(id_, f"type must be a text of at most {LONGEST_NAME} characters")
    known = KINDS.get(kind)
    if known is None:
        return refused(id_, f"Unsupported type {kind}")
    if not finite(data):
        return refused(id_, f"Invalid message: {kind} holds a number that is not finite")
    try:
        return Incoming(id_, kind, known.model_validate({} if data is None else data))
    except ValidationError as failed:
        return refused(id_, f"Invalid message: {kind}: {_what_is_wrong(failed)}")


def refused(id_: str, why: str) -> ErrorResponse:
    """Return the answer to a message that cannot be used."""
    return ErrorResponse(id=id_, error=why)


def _what_is_wrong(failed: ValidationError) -> str:
    """Name the first field that is wrong, without what it holds."""
    first = failed.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place or 'data'}: {first['msg']}"


__all__ = [
    "KINDS",
    "AppendToContext",
    "ClientReady",
    "CustomMessage",
    "DisconnectBot",
    "DtmfInput",
    "File",
    "FunctionCallResult",
    "Incoming",
    "RawAudio",
    "Refusal",
    "Said",
    "SendFile",
    "SendText",
    "TextOptions",
    "UiCancelJobGroup",
    "UiEvent",
    "UiSnapshot",
    "parse",
    "refused",
]

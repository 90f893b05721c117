"""The messages of clients, by what they say."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from rxvoice.items import MAX_RATE

MOST_KEYS: Final = 64

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]


class Said(BaseModel):
    """The ``data`` of a message; what is not known of it is ignored."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="ignore")


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

    buttons: list[Key] = Field(default=[], max_length=MOST_KEYS)
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

__all__ = [
    "KINDS",
    "AppendToContext",
    "ClientReady",
    "CustomMessage",
    "DisconnectBot",
    "DtmfInput",
    "File",
    "FunctionCallResult",
    "RawAudio",
    "Said",
    "SendFile",
    "SendText",
    "TextOptions",
    "UiCancelJobGroup",
    "UiEvent",
    "UiSnapshot",
]

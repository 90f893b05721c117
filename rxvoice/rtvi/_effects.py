"""What follows from what a client says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from rxvoice.items import Command, Event

from ._messages import ErrorResponse, Outgoing, ServerResponse

UiKind: TypeAlias = Literal["ui-event", "ui-snapshot", "ui-cancel-job-group"]


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """A message of the client for the application, which may answer it.

    Attributes:
        id: Its name.
        type: What it is about, in the application's words.
        data: What it says.
    """

    id: str
    type: str
    data: Any = None

    def answer(self, data: Any = None) -> ServerResponse:
        """Return the message that answers it.

        Args:
            data: Anything that JSON can hold.
        """
        return ServerResponse(id=self.id, t=self.type, d=data)

    def fail(self, error: str) -> ErrorResponse:
        """Return the message that tells that it cannot be answered.

        Args:
            error: Why.
        """
        return ErrorResponse(id=self.id, error=error)


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """The client's answer to a call of one of its functions; see `rxvoice.rtvi.ClientFunctions`.

    Attributes:
        id: The id of the `rxvoice.items.ToolCall`.
        name: The function.
        result: JSON-compatible value.
        arguments: Those with which it was called.
    """

    id: str
    name: str
    result: Any = None
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class UiMessage:
    """Something about the client's page.

    Attributes:
        id: Name of the message.
        type: What.
        data: ``event`` and ``payload``; ``tree``; or ``job_id`` and ``reason``.
    """

    id: str
    type: UiKind
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ClientIsReady:
    """The client has said that it is ready, and has been told that the bot is.

    Attributes:
        version: Of the protocol, as the client said it; empty where it said none.
        library: The client's library, such as ``"@pipecat-ai/client-js"``.
    """

    version: str
    library: str


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The client wants the session to end, as by the command `rxvoice.items.EndCall`.

    Attributes:
        at_once: Whether what the bot is saying is not to be waited for.
    """

    at_once: bool = False


Request: TypeAlias = ClientIsReady | ClientMessage | Disconnect | FunctionResult | UiMessage
"""What a client wants of the application, and not of the conversation."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What is to be done about what a client says, or about what happens.

    Attributes:
        answers: To be sent to the client, in order.
        inputs: To be put into the agent's source, beside the user's audio; before the commands.
        commands: For ``rxvoice.operators.converse(commands=…)``.
        requests: For the application.
    """

    answers: tuple[Outgoing, ...] = ()
    inputs: tuple[Event, ...] = ()
    commands: tuple[Command, ...] = ()
    requests: tuple[Request, ...] = ()


NOTHING: Final = Effects()

__all__ = [
    "NOTHING",
    "ClientIsReady",
    "ClientMessage",
    "Disconnect",
    "Effects",
    "FunctionResult",
    "Request",
    "UiKind",
    "UiMessage",
]

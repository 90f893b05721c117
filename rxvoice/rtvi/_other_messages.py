"""What a server tells a client about calls of functions, and about itself."""

from collections.abc import Mapping
from typing import Any, ClassVar

from ._messages import Outgoing, Text


class FunctionCall(Outgoing):
    """A function is called that a client before 1.2 may know, which answers this.

    Attributes:
        function_name: Which.
        tool_call_id: Name of the call.
        args: With what it is called.
    """

    type: ClassVar[str] = "llm-function-call"
    function_name: Text
    tool_call_id: Text
    args: Mapping[str, Any]


class FunctionCallStarted(Outgoing):
    """The language model calls a function.

    Attributes:
        function_name: Which, where that may be told.
    """

    type: ClassVar[str] = "llm-function-call-started"
    function_name: Text | None = None

    @property
    def data(self) -> Any:
        """What the message says, which may be nothing."""
        return self.model_dump(exclude={"id"}, exclude_none=True)


class FunctionCallInProgress(Outgoing):
    """A function that the language model calls runs; clients that know the function answer this.

    Attributes:
        tool_call_id: Name of the call.
        function_name: Which function, where that may be told.
        arguments: With what, where that may be told.
    """

    type: ClassVar[str] = "llm-function-call-in-progress"
    tool_call_id: Text
    function_name: Text | None = None
    arguments: Mapping[str, Any] | None = None


class FunctionCallStopped(Outgoing):
    """A call of a function is over.

    Attributes:
        tool_call_id: Name of the call.
        cancelled: Whether it gave no result.
        function_name: Which function, where that may be told.
        result: Its result, where that may be told.
    """

    type: ClassVar[str] = "llm-function-call-stopped"
    tool_call_id: Text
    cancelled: bool
    function_name: Text | None = None
    result: Any = None


class Metrics(Outgoing):
    """Measurements.

    Attributes:
        measured: Lists of ``{"processor": …, "value": …}`` by what was measured, such as
            ``"ttfb"``, in seconds; ``"tokens"`` holds counts, ``"characters"`` numbers of them.
    """

    type: ClassVar[str] = "metrics"
    measured: Mapping[str, Any]

    @property
    def data(self) -> Any:
        """The measurements."""
        return dict(self.measured)


class EvalBotAudio(Outgoing):
    """A piece of the bot's voice, for Pipecat's evaluation runner when it listens.

    Attributes:
        audio: Base64 of 16-bit samples.
        sampleRate: Samples a second.
    """

    type: ClassVar[str] = "eval-bot-audio"
    audio: str
    sampleRate: int


__all__ = [
    "EvalBotAudio",
    "FunctionCall",
    "FunctionCallInProgress",
    "FunctionCallStarted",
    "FunctionCallStopped",
    "Metrics",
]

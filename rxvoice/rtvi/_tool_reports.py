"""What is told of calls of functions, as far as it may be told."""

from collections.abc import Sequence
from typing import Final

from rxvoice.items import ToolCall, ToolResult, ToolsCancelled

from ._messages import Outgoing
from ._options import Reports, Version
from ._other_messages import (
    FunctionCall,
    FunctionCallInProgress,
    FunctionCallStarted,
    FunctionCallStopped,
)

_IN_PROGRESS: Final[Version] = (1, 2, 0)
"""The first version whose clients know `FunctionCallInProgress`."""


def of_call(event: ToolCall | ToolResult | ToolsCancelled, reports: Reports) -> Sequence[Outgoing]:
    """Return what a client is told of an event in the life of a call."""
    match event:
        case ToolCall():
            return _called(event, reports)
        case ToolResult():
            return _stopped(event, reports, cancelled=False)
        case ToolsCancelled(calls=calls):
            return [told for call in calls for told in _stopped(call, reports, cancelled=True)]


def _called(call: ToolCall, reports: Reports) -> Sequence[Outgoing]:
    level = reports.level(call.name)
    if level == "disabled":
        return ()
    name = None if level == "id" else call.name
    arguments = call.arguments if level in ("arguments", "full") else None
    running = FunctionCallInProgress(tool_call_id=call.id, function_name=name, arguments=arguments)
    told = (FunctionCallStarted(function_name=name), running)
    if arguments is None or not reports.is_legacy or reports.version >= _IN_PROGRESS:
        return told
    return (*told, FunctionCall(function_name=call.name, tool_call_id=call.id, args=arguments))


def _stopped(
    event: ToolCall | ToolResult, reports: Reports, *, cancelled: bool
) -> Sequence[Outgoing]:
    level = reports.level(event.name)
    if level == "disabled":
        return ()
    result = event.result if isinstance(event, ToolResult) and level == "full" else None
    stopped = FunctionCallStopped(
        tool_call_id=event.id,
        cancelled=cancelled,
        function_name=None if level == "id" else event.name,
        result=result,
    )
    return (stopped,)


__all__ = ["of_call"]

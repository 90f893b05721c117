"""The spans of tools."""

from typing import cast

from rxvoice.items import Fault, ToolCall, ToolResult, ToolsCancelled

from ._content import anything
from ._conventions import OTHER
from ._ledger import Ledger
from ._span import Attribute


class ToolSpans:
    """The tools of a call that run; those in the background outlive their turn.

    Args:
        ledger: Of the call.
        content: Whether arguments and results are told.
    """

    def __init__(self, ledger: Ledger, *, content: bool) -> None:
        self._ledger = ledger
        self._content = content
        self._running: dict[str, int] = {}
        self._blamed = ""

    def called(self, call: ToolCall, at: float, parent: int) -> None:
        """Take that a tool was called."""
        if call.id in self._running:
            self._ledger.end(self._running.pop(call.id), at)
        told: dict[str, Attribute] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call.name,
            "gen_ai.tool.call.id": call.id,
            "gen_ai.tool.type": "function",
        }
        if self._content:
            told["gen_ai.tool.call.arguments"] = anything(dict(call.arguments))
        name = f"execute_tool {call.name}"
        self._running[call.id] = self._ledger.start("tool", name, at, parent, told)

    def answered(self, result: ToolResult, at: float) -> None:
        """Take that it has a result."""
        blamed, self._blamed = self._blamed, ""
        span = self._running.pop(result.id, None)
        if span is None:
            return
        if blamed or _is_error(result.result):
            self._ledger.fail(span, "the tool has failed", blamed or OTHER)
        if self._content:
            self._ledger.note(span, {"gen_ai.tool.call.result": anything(result.result)})
        self._ledger.end(span, at)

    def blame(self, fault: Fault) -> None:
        """Take why the tool has failed whose result comes next."""
        self._blamed = OTHER if fault.cause is None else type(fault.cause).__qualname__

    def cancelled(self, cancelled: ToolsCancelled, at: float) -> None:
        """Take that some will get no result."""
        for call in cancelled.calls:
            if (span := self._running.pop(call.id, None)) is not None:
                self._ledger.note(span, {"rxvoice.cancelled": True})
                self._ledger.end(span, at)


def _is_error(result: object) -> bool:
    """Return whether it is what the model is told of a tool that has failed."""
    return isinstance(result, dict) and set(cast("dict[object, object]", result)) == {"error"}


__all__ = ["ToolSpans"]

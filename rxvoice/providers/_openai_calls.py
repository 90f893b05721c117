"""Tool calls that come in pieces."""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rxvoice.items import Fault, ToolCall
from rxvoice.providers._loose import arguments, count, fields, text

logger = logging.getLogger(__name__)


def call_id() -> str:
    """Make up the id of a call: nine letters and digits, which is what all vendors accept."""
    return f"c{uuid.uuid4().hex[:8]}"


@dataclass(slots=True)
class _Piecemeal:
    """A call as far as it has come."""

    index: int | None
    id: str = ""
    name: str = ""
    written: str = ""

    @property
    def complete(self) -> bool:
        return bool(self.written.strip()) and arguments(self.written) is not None


class Calls:
    """Puts the calls of one answer together.

    Pieces belong together by their index. Vendors that give none, or the same one again and again,
    are understood by the ids and names: a piece with a name and another id begins another call, and
    so does a name after arguments that are complete.

    Args:
        source: For faults.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._calls: list[_Piecemeal] = []
        self._told = 0
        self._ids: set[str] = set()

    def feed(self, piece: Mapping[str, Any]) -> list[ToolCall | Fault]:
        """Take a piece, and return the calls before it of which nothing can be missing."""
        function = fields(piece.get("function"))
        name, written = text(function.get("name")), function.get("arguments")
        if isinstance(written, Mapping):
            written = json.dumps(written)
        self._take(count(piece.get("index")), text(piece.get("id")), name, text(written))
        ready: list[ToolCall | Fault] = []
        while self._told < len(self._calls) - 1 and self._calls[self._told].complete:
            ready += self._next()
        return ready

    def finish(self, *, cut_off: bool = False) -> list[ToolCall | Fault]:
        """Return all other calls, as nothing more will come.

        Args:
            cut_off: Whether the answer stopped early, maybe in the midst of the last call.
        """
        ready: list[ToolCall | Fault] = []
        while self._told < len(self._calls):
            ready += self._next(cut_off=cut_off and self._told == len(self._calls) - 1)
        return ready

    def _take(self, index: int | None, id_: str, name: str, written: str) -> None:
        call = self._known(index, id_)
        if call is not None:
            same = bool(id_) and id_ == call.id
            another = bool(name and id_ and call.id) and not same
            beyond = call.complete and bool(written.strip())
            if beyond and not another and written == call.written and (same or not name):
                return  # it was sent twice
            if another or (beyond and name and not same):
                call = None
        if call is None:
            call = _Piecemeal(index)
            self._calls.append(call)
        call.id = call.id or id_
        if name != call.name:
            call.name += name
        if call.written.strip() == "{}" and written.lstrip().startswith("{"):
            call.written = ""  # which stood for what was not written yet
        call.written += written

    def _known(self, index: int | None, id_: str) -> _Piecemeal | None:
        for call in reversed(self._calls):
            if index is not None and call.index == index:
                return call
            if index is None and (not id_ or not call.id or id_ == call.id):
                return call
        return None

    def _next(self, *, cut_off: bool = False) -> list[ToolCall | Fault]:
        call = self._calls[self._told]
        self._told += 1
        id_ = self._unique(call.id)
        return whole_call(self._source, id_, call.name, call.written, cut_off=cut_off)

    def _unique(self, id_: str) -> str:
        while not id_ or id_ in self._ids:
            id_ = call_id()
        self._ids.add(id_)
        return id_


def whole_call(
    source: str, id_: str, name: str, written: object, *, cut_off: bool = False
) -> list[ToolCall | Fault]:
    """Make a call of what a model wrote; a fault where that cannot be run.

    Args:
        source: For faults.
        id_: Of the call.
        name: Of the tool.
        written: The arguments, as they came.
        cut_off: Whether some may be missing: none at all are then not the same as no arguments.
    """
    found = None if cut_off and not written else arguments(written)
    if name and found is not None:
        return [ToolCall(id_, name, found)]
    reason = "has no name" if not name else "has arguments that are no JSON object"
    logger.warning("%s: a tool call %s, it is left out", source, reason, extra={"tool": name})
    return [Fault(source, f"a tool call{f' of {name}' if name else ''} {reason}; it is left out")]


__all__ = ["Calls", "call_id", "whole_call"]

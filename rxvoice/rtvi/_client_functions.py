"""Functions that the client runs."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from rxvoice.context import ToolUse
from rxvoice.items import Tool

from ._effects import FunctionResult

KEPT: Final = 8
"""Results that may wait for their calls to begin."""


class ClientFunctions:
    """Functions of a model that the client runs, such as what only its page can do.

    The client is told of a call when the model makes it (``llm-function-call-in-progress``), for
    which the level of the function has to be ``"arguments"`` or ``"full"``, and sends the result. A
    result may come before the call is waited for; of those the last eight are kept.
    """

    def __init__(self) -> None:
        self._early: OrderedDict[str, Any] = OrderedDict()
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    def take(self, result: FunctionResult, /) -> None:
        """Take a result of the client; one that nobody waits for is kept for a while."""
        waiting = self._waiting.pop(result.id, None)
        if waiting is None:
            self._early[result.id] = result.result
            if len(self._early) > KEPT:
                self._early.popitem(last=False)
        elif not waiting.done():
            waiting.set_result(result.result)

    def tool(
        self,
        name: str,
        /,
        *,
        description: str = "",
        parameters: Mapping[str, Any] | None = None,
        timeout: float | None = 10.0,
    ) -> Tool:
        """Return the tool that waits for the client's result.

        Args:
            name: As the client knows the function.
            description: What it is for; the model decides by it.
            parameters: JSON schema of its arguments; none unless given.
            timeout: Seconds after which it is given up, with no result; None for never.
        """
        schema: Mapping[str, Any] = parameters or {"type": "object", "properties": {}}
        return Tool(name, description, schema, self._wait, timeout=timeout)

    async def _wait(self, use: ToolUse, _: Mapping[str, Any]) -> Any:
        call = use.call.id
        if call in self._early:
            return self._early.pop(call)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[call] = waiting
        try:
            return await waiting
        finally:
            self._waiting.pop(call, None)


__all__ = ["ClientFunctions"]

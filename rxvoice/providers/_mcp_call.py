"""One call of a tool of an MCP server."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rxvoice.context import ToolUse
from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.items import Fault
from rxvoice.providers._mcp_connection import Connection, first_of
from rxvoice.providers._mcp_result import McpResult, result_of, short

if TYPE_CHECKING:
    from mcp import Client

_LOST: Final = "The connection to the service was lost."


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """How one tool of a server is called.

    Attributes:
        connection: Returns the session; raises when there is none.
        source: Told in faults.
        tool: The server's name of it.
        timeout: Seconds for the whole call; None for no limit.
        progress_every: Seconds between two reports of progress.
        output: Makes of the answer what the model is told.
    """

    connection: Callable[[], Connection]
    source: str
    tool: str
    timeout: float | None
    progress_every: float
    output: Callable[[McpResult], Any] | None

    async def run(self, use: ToolUse, arguments: Mapping[str, Any]) -> Any:
        """Call the tool; what goes wrong is told in words, and as a `Fault`."""
        try:
            connection = self.connection()
        except RuntimeError as error:
            told = "The service is not connected."
            return self._failed(use, told, "it is not connected", error)
        try:
            async with asyncio.timeout(self.timeout) as limit:
                with connection.under_way(limit):
                    return await self._answer(connection, use, arguments)
        except _Refused as refusal:
            return self._failed(use, refusal.told, refusal.fault, refusal.__cause__)
        except TimeoutError as error:
            if connection.is_closed:
                return self._failed(use, _LOST, "it was not waited for", error)
            return self._failed(use, "The service took too long.", "it took too long", error)
        except ProviderTimeout as error:
            return self._failed(use, "The service does not answer.", "no answer", error)
        except ProviderError as error:
            told = "The service cannot be reached."
            return self._failed(use, told, "no connection", error)

    async def _answer(
        self, connection: Connection, use: ToolUse, arguments: Mapping[str, Any]
    ) -> Any:
        client = await connection.client()
        progress = _Progress(use, self.progress_every) if use.call.background else None
        try:
            answer = await client.call_tool(
                self.tool, dict(arguments), progress_callback=progress and progress.take
            )
        except TimeoutError:
            raise
        except Exception as error:
            raise self._refused(error, connection, client) from error
        result = result_of(answer)
        if answer.is_error:
            told = short(result.text) or "The service could not do it and does not say why."
            raise _Refused(told, "the server says so")
        if self.output is None:
            return result.value
        try:
            return self.output(result)
        except Exception as error:
            fault = f"its output filter raised {type(error).__name__}"
            raise _Refused("The answer of the service cannot be used.", fault) from error

    def _refused(self, error: Exception, connection: Connection, client: "Client") -> "_Refused":
        from mcp import MCPError
        from mcp.types import CONNECTION_CLOSED, PARSE_ERROR

        if not isinstance(error, MCPError) or error.code == PARSE_ERROR:
            fault = f"its answer cannot be read: {type(first_of(error)).__name__}"
            return _Refused("The service gave an answer that cannot be read.", fault)
        if error.code == CONNECTION_CLOSED or connection.is_forgotten:
            connection.lose(client)
            return _Refused(_LOST, "its server was lost")
        told = short(error.message) or "The service refuses to do it."
        return _Refused(told, f"the server refused it with code {error.code}")

    def _failed(
        self, use: ToolUse, told: str, fault: str, cause: BaseException | None
    ) -> dict[str, str]:
        use.send(Fault(self.source, f"the tool {self.tool} failed: {fault}", cause=cause))
        return {"error": told}


class _Refused(Exception):
    """Ends a call with words for the model and others for people who look after it."""

    def __init__(self, told: str, fault: str) -> None:
        super().__init__(told)
        self.told = told
        self.fault = fault


class _Progress:
    """Reports the first progress, and then not too often."""

    def __init__(self, use: ToolUse, every: float) -> None:
        self._use = use
        self._every = every
        self._next = 0.0

    async def take(self, progress: float, total: float | None, message: str | None) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next:
            return
        self._next = now + self._every
        told = {"progress": progress, "total": total, "message": message}
        self._use.report({key: value for key, value in told.items() if value is not None})


__all__ = ["Calling"]

"""The session with an MCP server."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import TYPE_CHECKING, Any, Final, cast

from rxvoice.aio._held import Held
from rxvoice.errors import ProviderError, ProviderRejected, ProviderTimeout

if TYPE_CHECKING:
    from mcp import Client

logger = logging.getLogger(__name__)

PROVIDER: Final = "mcp"


class Connection:
    """One session with a server, in a task of its own; another one when the server was lost.

    Args:
        server: Makes what ``mcp.Client`` takes.
        patience: Seconds that connecting may take.
        mode: As for ``mcp.Client``.
        changed: Called when the server says that it has other tools.
        status: Tells the last HTTP status that was an error; 0 for none.

    Attributes:
        is_closed: Whether it was told to close.
    """

    def __init__(
        self,
        server: Callable[[], Any],
        *,
        patience: float,
        mode: str,
        changed: Callable[[], None],
        status: Callable[[], int],
    ) -> None:
        self._server = server
        self._patience = patience
        self._mode = mode
        self._changed = changed
        self._status = status
        self._one_at_a_time = asyncio.Lock()
        self._held: Held[Client] | None = None
        self._client: Client | None = None
        self._is_lost = False
        self._limits: set[asyncio.Timeout] = set()
        self.is_closed = False

    @property
    def is_forgotten(self) -> bool:
        """Whether an HTTP server does not know the session any more, as after a restart."""
        return self._status() == 404

    @contextmanager
    def under_way(self, limit: asyncio.Timeout) -> Generator[None]:
        """Let a call run; closing the connection lets its time be up."""
        self._limits.add(limit)
        try:
            yield
        finally:
            self._limits.discard(limit)

    async def client(self) -> "Client":
        """Return the client that is connected.

        Raises:
            ProviderError: When there is no connection to be had.
        """
        async with self._one_at_a_time:
            if self.is_closed:
                raise ProviderError("it was left meanwhile", provider=PROVIDER, retryable=False)
            held, client = self._held, self._client
            if held is not None and client is not None and held.is_open and not self._is_lost:
                return client
            if held is not None:
                await held.close()
            self._client, self._is_lost = None, False
            held = self._held = Held(self._opened, name="mcp")
            self._client = client = await self._entered(held)
            return client

    def lose(self, client: "Client") -> None:
        """Take it that a client's server is gone, so that the next use connects anew."""
        self._is_lost = self._is_lost or client is self._client

    async def close(self) -> None:
        """End calls under way, the session and the server's process, if it has one."""
        self.is_closed = True
        for limit in self._limits:
            limit.reschedule(asyncio.get_running_loop().time())
        async with self._one_at_a_time:
            if self._held is not None:
                await self._held.close()
            self._held = self._client = None

    async def _entered(self, held: "Held[Client]") -> "Client":
        try:
            async with asyncio.timeout(self._patience):
                return await held.open()
        except TimeoutError as error:
            message = f"the server did not answer within {self._patience:g} s"
            raise ProviderTimeout(message, provider=PROVIDER) from error
        except Exception as error:
            raise self._said(error) from error

    def _said(self, error: Exception) -> ProviderError:
        status = self._status()
        if status:
            message = f"the server answered with status {status}"
            return ProviderRejected(message, provider=PROVIDER, status=status)
        cause = first_of(error)
        if isinstance(cause, ProviderError):
            return cause
        if isinstance(cause, FileNotFoundError | PermissionError):
            message = f"the server cannot be started: {type(cause).__name__}"
            return ProviderError(message, provider=PROVIDER, retryable=False)
        message = f"the server cannot be connected to: {type(cause).__name__}"
        return ProviderError(message, provider=PROVIDER)

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator["Client"]:
        client = _client(self._server(), mode=self._mode, message_handler=self._heard)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(client)
            await self._listen(client, stack)
            yield client

    async def _listen(self, client: "Client", stack: AsyncExitStack) -> None:
        """Ask to be told of other tools, where that has to be asked for."""
        from mcp import MCPError
        from mcp.client.subscriptions import SubscriptionLost

        tools = client.server_capabilities.tools
        if client.session.discover_result is None or tools is None or not tools.list_changed:
            return
        listening: AbstractAsyncContextManager[object] = client.listen(tools_list_changed=True)
        try:
            await stack.enter_async_context(listening)
        except (MCPError, SubscriptionLost) as error:
            logger.debug("the server does not tell of other tools", exc_info=error)

    async def _heard(self, message: object) -> None:
        if getattr(message, "method", None) == "notifications/tools/list_changed":
            self._changed()


def first_of(error: BaseException) -> BaseException:
    """Return the first exception of a group, or the error itself."""
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        error = group.exceptions[0]
    return error


def _client(server: Any, **options: Any) -> "Client":
    from mcp import Client

    return Client(server, cache=None, **options)


__all__ = ["PROVIDER", "Connection", "first_of"]

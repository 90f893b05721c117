"""An MCP server whose tools a language model may call."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic import ValidationError
from reactivex import Observable, Subject

from rxvoice.errors import ProviderError, ProviderTimeout
from rxvoice.items import Tool
from rxvoice.providers._mcp_call import Calling
from rxvoice.providers._mcp_connection import PROVIDER, Connection, first_of
from rxvoice.providers._mcp_names import vendor_name, vendor_schema
from rxvoice.providers._mcp_result import McpResult

if TYPE_CHECKING:
    from mcp import Client, types

logger = logging.getLogger(__name__)

_PAGES: Final = 100
"""More than any list of tools has; one that never ends must not keep a call waiting."""


class McpServer:
    """A server's tools, over one session that all calls share; an asynchronous context manager.

    `mcp_stdio`, `mcp_http`, `mcp_sse` and `mcp_client` make one. It connects when the block is
    entered, and leaving the block ends the session and the server's process. When the server was
    lost, the next call connects anew; the call that was under way is not repeated.

    Args:
        connect: Makes what ``mcp.Client`` takes.
        name: Told in faults as their source.
        connect_timeout: Seconds for connecting, and for listing tools.
        mode: ``"auto"`` asks which protocol the server speaks, and takes the older one when there
            is no answer for ten seconds; ``"legacy"`` takes that at once.
        status: Tells the last HTTP status that was an error; 0 for none.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        *,
        name: str = PROVIDER,
        connect_timeout: float = 30.0,
        mode: str = "auto",
        status: Callable[[], int] = int,
    ) -> None:
        if not connect_timeout > 0.0:
            raise ValueError(f"connect_timeout must be positive, got {connect_timeout}")
        self._name = name
        self._patience = connect_timeout
        self._changed: Subject[None] = Subject()
        self._open = lambda: Connection(
            connect,
            patience=connect_timeout,
            mode=mode,
            changed=lambda: self._changed.on_next(None),
            status=status,
        )
        self._connection: Connection | None = None
        self._is_used = False

    @property
    def changed(self) -> Observable[None]:
        """Emits when the server says that it has other tools; completes when the block is left."""
        return self._changed

    async def __aenter__(self) -> Self:
        if self._is_used:
            raise RuntimeError("an MCP server is connected to once; make another one")
        self._is_used = True
        connection = self._open()
        await connection.client()
        self._connection = connection
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
            self._changed.on_completed()

    async def tools(
        self,
        *,
        allow: Collection[str] | None = None,
        deny: Collection[str] = (),
        rename: Mapping[str, str] | None = None,
        prefix: str = "",
        outputs: Mapping[str, Callable[[McpResult], Any]] | None = None,
        timeout: float | None = 30.0,  # noqa: ASYNC109  of the calls, not of the listing
        background: bool | Collection[str] = False,
        progress_every: float = 5.0,
    ) -> tuple[Tool, ...]:
        """List the server's tools, as tools for a conversation.

        A tool is called what the server calls it, where all vendors accept that: each run of other
        signs than letters, digits, ``_`` and ``-`` becomes one ``_``, a name that begins otherwise
        than with a letter or ``_`` gets one in front, and of more than 64 signs the first 55 and a
        digest stay. One whose arguments are no object is left out, with a warning.

        What the model is told of an answer: its JSON where the server gives that, otherwise its
        texts, a line each. Pictures, sounds and files are described by type and size. What goes
        wrong is ``{"error": …}`` with a sentence that can be spoken, and a `rxvoice.Fault`. A call
        that is interrupted is cancelled at the server.

        All names among the arguments are the server's; those that it does not have are logged.

        Args:
            allow: The only tools that are wanted; None for all.
            deny: Tools that are not.
            rename: Names for the model, by the server's; they get no prefix.
            prefix: Put before the other names, to keep servers apart.
            outputs: By tool, what makes of an answer what the model is told: a JSON-compatible
                value.
            timeout: Seconds for one call; None for no limit.
            background: Whether calls go on when the reply is over, for all or for these. Progress
                that the server tells is then reported.
            progress_every: Seconds between two such reports; what comes sooner is dropped.

        Returns:
            The tools, in the server's order.

        Raises:
            ProviderError: When the server does not answer, or not properly.
            RuntimeError: When it is not connected.
            TypeError: When a text stands where names should.
            ValueError: When two tools get the same name, or a name or number cannot be used.
        """
        if timeout is not None and not timeout > 0.0:
            raise ValueError(f"timeout must be positive, got {timeout}")
        if not progress_every >= 0.0:
            raise ValueError(f"progress_every must not be negative, got {progress_every}")
        rename, outputs = rename or {}, outputs or {}
        behind = () if isinstance(background, bool) else background
        wanted = {"allow": allow or (), "deny": deny, "background": behind}
        for label, names in {**wanted, "rename": rename, "outputs": outputs}.items():
            if isinstance(names, str):
                raise TypeError(f"{label} must hold names, got {names!r}")
        listed = await self._listed()
        known = {one.name for one in listed}
        for label, names in {**wanted, "rename": rename, "outputs": outputs}.items():
            for name in sorted(set(names) - known):
                logger.warning("%s: the server %s has no tool %s", label, self._name, name)
        made: dict[str, tuple[str, Tool]] = {}
        for one in listed:
            if (allow is not None and one.name not in allow) or one.name in deny:
                continue
            calling = Calling(
                connection=self._connected,
                source=self._name,
                tool=one.name,
                timeout=timeout,
                progress_every=progress_every,
                output=outputs.get(one.name),
            )
            name = rename.get(one.name) or vendor_name(f"{prefix}{one.name}")
            aside = background if isinstance(background, bool) else one.name in background
            tool = _tool(one, name, calling, background=aside)
            if tool is None:
                continue
            if name in made:
                told = f"the server's tools {made[name][0]!r} and {one.name!r}"
                raise ValueError(f"{told} would both be called {name!r}; use rename")
            made[name] = one.name, tool
        return tuple(tool for _, tool in made.values())

    def _connected(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("the MCP server is not connected: use it inside `async with`")
        return self._connection

    async def _listed(self) -> "list[types.Tool]":
        connection = self._connected()
        try:
            async with asyncio.timeout(self._patience):
                return await _pages(await connection.client())
        except TimeoutError as error:
            message = f"the server did not list its tools within {self._patience:g} s"
            raise ProviderTimeout(message, provider=PROVIDER) from error
        except ProviderError:
            raise
        except Exception as error:
            message = f"the server's tools cannot be listed: {_wrong(first_of(error))}"
            raise ProviderError(message, provider=PROVIDER) from error


async def _pages(client: "Client") -> "list[types.Tool]":
    listed: list[types.Tool] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await client.list_tools(cursor=cursor)
        listed += page.tools
        cursor = page.next_cursor
        if cursor is None:
            return listed
    message = f"the server's list of tools has more than {_PAGES} pages"
    raise ProviderError(message, provider=PROVIDER, retryable=False)


def _wrong(error: BaseException) -> str:
    """Tell what is wrong, and where, but nothing of what the server wrote."""
    if not isinstance(error, ValidationError):
        return type(error).__name__
    details = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in details[:3])


def _tool(one: "types.Tool", name: str, calling: Calling, *, background: bool) -> Tool | None:
    parameters = vendor_schema(one.input_schema)
    if parameters is None:
        logger.warning("the tool %s takes no named arguments and is left out", one.name)
        return None
    said = one.description or one.title or ""
    return Tool(name, said, parameters, calling.run, background=background)


__all__ = ["McpServer"]

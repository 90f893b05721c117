"""Tools of MCP servers (Model Context Protocol).

A server is a program that is started here and spoken to through its standard input and output, or
one at an HTTP address. Needs the extra ``mcp``.
"""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rxvoice.errors import ProviderError
from rxvoice.providers._mcp_connection import PROVIDER
from rxvoice.providers._mcp_result import McpResult
from rxvoice.providers._mcp_server import McpServer

if TYPE_CHECKING:
    import httpx2

_READ_TIMEOUT = 300.0
"""Seconds of silence after which a stream of an HTTP server is given up, as in the package."""


def mcp_stdio(
    command: str,
    /,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: str | Path | None = None,
    stderr: TextIO | None = None,
    name: str = PROVIDER,
    connect_timeout: float = 30.0,
    mode: str = "auto",
) -> McpServer:
    """Return a server that is a program, started when the block is entered and ended with it.

    It is asked to end by closing its input; after two seconds it is terminated, and after two more
    killed, with all that it started.

    Args:
        command: The program.
        *arguments: Its arguments.
        env: Variables besides the few that it inherits, such as ``PATH`` and ``HOME``.
        cwd: Where it runs.
        stderr: A file for what it writes to its error output, such as ``sys.stderr``; None to
            throw that away.
        name: As for `McpServer`.
        connect_timeout: As for `McpServer`; some commands first download the program.
        mode: As for `McpServer`.

    Raises:
        ProviderError: When the package ``mcp`` is missing.
    """
    _require_package()
    from mcp import StdioServerParameters, stdio_client

    program = StdioServerParameters(
        command=command, args=list(arguments), env=None if env is None else dict(env), cwd=cwd
    )

    @asynccontextmanager
    async def piped() -> AsyncGenerator[Any]:
        with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230  no file blocks less
            async with stdio_client(program, errlog=stderr or nowhere) as streams:
                yield streams

    return McpServer(piped, name=name, connect_timeout=connect_timeout, mode=mode)


def mcp_http(
    url: str,
    /,
    *,
    headers: Mapping[str, str] | None = None,
    auth: "httpx2.Auth | None" = None,
    name: str = PROVIDER,
    connect_timeout: float = 30.0,
    mode: str = "auto",
) -> McpServer:
    """Return a server at an address, spoken to by streamable HTTP.

    Args:
        url: The address, such as ``https://example.com/mcp``.
        headers: Sent along, for instance a key.
        auth: Signs requests, such as an ``mcp.client.auth.OAuthClientProvider``.
        name: As for `McpServer`.
        connect_timeout: As for `McpServer`.
        mode: As for `McpServer`.

    Raises:
        ProviderError: When the package ``mcp`` is missing.
        ValueError: When ``url`` is no HTTP address.
    """
    _require_package()
    _check_address(url)
    from mcp.client.streamable_http import streamable_http_client

    statuses = _Statuses()

    @asynccontextmanager
    async def streamed() -> AsyncGenerator[Any]:
        client = statuses.watched(headers=headers, timeout=connect_timeout, auth=auth)
        async with client, streamable_http_client(url, http_client=client) as streams:
            yield streams

    return McpServer(
        streamed,
        name=name,
        connect_timeout=connect_timeout,
        mode=mode,
        status=statuses.error,
    )


def mcp_sse(
    url: str,
    /,
    *,
    headers: Mapping[str, str] | None = None,
    auth: "httpx2.Auth | None" = None,
    name: str = PROVIDER,
    connect_timeout: float = 30.0,
    mode: str = "auto",
) -> McpServer:
    """Return a server at an address that speaks the older HTTP with server-sent events.

    Args:
        url: The address, such as ``https://example.com/sse``.
        headers: As for `mcp_http`.
        auth: As for `mcp_http`.
        name: As for `McpServer`.
        connect_timeout: As for `McpServer`.
        mode: As for `McpServer`.

    Raises:
        ProviderError: When the package ``mcp`` is missing.
        ValueError: When ``url`` is no HTTP address.
    """
    _require_package()
    _check_address(url)
    from mcp.client.sse import sse_client

    statuses = _Statuses()
    opened = partial(
        sse_client,
        url,
        headers=dict(headers or {}),
        timeout=connect_timeout,
        sse_read_timeout=_READ_TIMEOUT,
        auth=auth,
        httpx_client_factory=statuses.watched,
    )
    return McpServer(
        opened, name=name, connect_timeout=connect_timeout, mode=mode, status=statuses.error
    )


def mcp_client(
    server: Any,
    /,
    *,
    name: str = PROVIDER,
    connect_timeout: float = 30.0,
    mode: str = "auto",
) -> McpServer:
    """Return a server that is at hand: an object of this program, or any other transport.

    Args:
        server: What ``mcp.Client`` takes, such as an ``mcp.server.MCPServer``. A transport can be
            entered only once, and with it the session cannot be had anew.
        name: As for `McpServer`.
        connect_timeout: As for `McpServer`.
        mode: As for `McpServer`.

    Raises:
        ProviderError: When the package ``mcp`` is missing.
    """
    _require_package()
    return McpServer(lambda: server, name=name, connect_timeout=connect_timeout, mode=mode)


class _Statuses:
    """Keeps the last HTTP status that was an error, which the package does not tell."""

    def __init__(self) -> None:
        self._error = 0

    def error(self) -> int:
        return self._error

    def watched(
        self,
        headers: Mapping[str, str] | None = None,
        timeout: Any = None,
        auth: "httpx2.Auth | None" = None,
    ) -> "httpx2.AsyncClient":
        import httpx2

        if isinstance(timeout, float | int):
            timeout = httpx2.Timeout(timeout, read=_READ_TIMEOUT)
        hooks = {"response": [self._see]}
        self._error = 0
        return httpx2.AsyncClient(
            headers=dict(headers or {}), timeout=timeout, auth=auth, event_hooks=hooks
        )

    async def _see(self, response: "httpx2.Response") -> None:
        self._error = response.status_code if response.status_code >= 400 else 0


def _check_address(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"url must begin with http:// or https://, got {url!r}")


def _require_package() -> None:
    try:
        import mcp  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        message = "mcp is missing; install it with `pip install 'rxvoice[mcp]'`"
        raise ProviderError(message, provider=PROVIDER, retryable=False) from error


__all__ = ["McpResult", "McpServer", "mcp_client", "mcp_http", "mcp_sse", "mcp_stdio"]

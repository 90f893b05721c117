"""A server, written with the package, that tests start as a program.

It tells on its error output that it was started. ``slow`` makes one file when it begins and another
when it is cancelled.
"""

import asyncio
import os
import signal
import sys

from mcp.server.mcpserver import MCPServer

server = MCPServer("program")


def touch(path: str) -> None:
    open(path, "a").close()


@server.tool()
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
async def slow(began: str, ended: str) -> str:
    """Never answer."""
    touch(began)
    try:
        await asyncio.Event().wait()
    finally:
        touch(ended)
    return "never"


@server.tool()
async def die() -> str:
    """End the program in the midst of a call."""
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


@server.tool()
async def pid() -> int:
    """Tell which process it is."""
    return os.getpid()


@server.tool()
async def variable(name: str) -> str:
    """Tell a variable of the environment."""
    return os.environ.get(name, "not set")


sys.stderr.write("the server was started\n")
server.run("stdio")

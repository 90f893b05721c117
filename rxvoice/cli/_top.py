"""``rxvoice top``: watch a running server on the terminal."""

import argparse
import asyncio
import contextlib
import math
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Final, TextIO

from rxvoice.cli._cells import head
from rxvoice.cli._screen import Screen, Styled
from rxvoice.cli._top_page import USUAL, page_of, read, reason, sessions
from rxvoice.errors import RxvoiceError
from rxvoice.telemetry import Dashboard

if TYPE_CHECKING:
    from yarl import URL

_TABLE: Final = 58
"""Cells that the table of waits has."""

_HEAD: Final = "36"
_ALARM: Final = "31"


def add_arguments(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "top",
        help="watch the sessions of a running server",
        description="Show sessions, turns, how long users wait, how late the event loop is, and "
        "faults of a running `rxvoice serve`, from what it tells at /metrics; nothing of what is "
        "said. Where the output is no terminal, each reading is printed below the last one.",
    )
    parser.add_argument(
        "url", nargs="?", default=USUAL, metavar="URL", help="of the server (default: %(default)s)"
    )
    parser.add_argument(
        "--every",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="between two readings (default: %(default)g)",
    )
    parser.add_argument(
        "--window",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="of which percentiles are told (default: %(default)g)",
    )
    parser.add_argument("--once", action="store_true", help="read once and end")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if not 0.0 < args.every < math.inf:
        raise ValueError(f"--every must be positive and finite, got {args.every}")
    asyncio.run(top(args.url, args.every, args.window, once=args.once, stream=sys.stdout))
    return 0


async def top(url: str, every: float, window: float, *, once: bool, stream: TextIO) -> None:
    """Read a page over and over, and show what it says, until nobody takes what is shown.

    Args:
        url: Of the server, or of its page.
        every: Seconds between two readings.
        window: Seconds of which percentiles are told.
        once: Whether it is read once.
        stream: Where to write.

    Raises:
        ValueError: When the address is none.
        RxvoiceError: When it is read once and cannot be.
    """
    from aiohttp import ClientError, ClientSession

    page = page_of(url)
    title = str(page.with_user(None))
    calls: URL | None = page.with_path(f"{page.path}/sessions", keep_query=True)
    loop = asyncio.get_running_loop()
    dashboard, screen = Dashboard(window=window), Screen(stream, None)
    async with ClientSession() as client:
        with _line_below(screen, stream):
            while not screen.is_lost:
                began = loop.time()
                try:
                    text = await read(client, page)
                    going_on = await sessions(client, calls) if calls else []
                except (ClientError, TimeoutError, ValueError) as error:
                    why = reason(error)
                    if once:
                        raise RxvoiceError(f"{title} does not answer: {why}") from error
                    show(screen, title, [f"no answer: {why}"], lost=True)
                    calls = page.with_path(f"{page.path}/sessions", keep_query=True)
                else:
                    show(screen, title, dashboard.lines(text, began, going_on or ()))
                    if going_on is None:
                        calls = None  # some other server's page; it need not be asked again
                if once:
                    return
                await asyncio.sleep(max(0.0, began + every - loop.time()))


def show(screen: Screen, title: str, lines: list[str], *, lost: bool = False) -> None:
    """Draw one reading in the place of the last one; below it where there is no terminal."""
    styled: list[list[Styled]] = [[(f"rxvoice top {screen.signs.dash} {title}", _HEAD)]]
    for line in lines:
        alarm = lost or (line.startswith("faults") and not line.endswith("none"))
        shown = _printable(line if screen.width >= _TABLE else _narrow(line))
        styled.append([(head(shown, screen.width, screen.signs.ellipsis), _ALARM if alarm else "")])
    if screen.is_terminal:
        if len(styled) > screen.height:
            rest = len(styled) - screen.height + 1
            styled[screen.height - 1 :] = [[(f"{screen.signs.ellipsis} {rest} more lines", "")]]
        screen.write([], styled)
    else:
        screen.write([*styled, [("", "")]], [])


@contextlib.contextmanager
def _line_below(screen: Screen, stream: TextIO) -> Generator[None]:
    """Leave the cursor of a terminal below what is shown, however it ends."""
    try:
        yield
    finally:
        if screen.is_drawn:
            stream.write("\n")
            stream.flush()


def _narrow(line: str) -> str:
    """Return a line of a table without its columns, where these do not fit."""
    indent = "  " if line.startswith("  ") and line.split()[0] != "p50" else ""
    return indent + " ".join(line.split())


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in line)


__all__ = ["add_arguments", "run", "show", "top"]

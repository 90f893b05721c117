"""``rxvoice top``: watch a running server on the terminal."""

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

from rxvoice.cli._cells import head
from rxvoice.cli._screen import Screen, Styled
from rxvoice.errors import RxvoiceError
from rxvoice.telemetry import Dashboard

if TYPE_CHECKING:
    from aiohttp import ClientSession

USUAL: Final = "http://127.0.0.1:7860"
PATIENCE: Final = 5.0
"""Seconds that the server has to answer."""

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
    if not args.every > 0.0:
        raise ValueError(f"--every must be positive, got {args.every}")
    asyncio.run(top(args.url, args.every, args.window, once=args.once, stream=sys.stdout))
    return 0


async def top(url: str, every: float, window: float, *, once: bool, stream: TextIO) -> None:
    """Read a page over and over, and show what it says.

    Args:
        url: Of the server, or of its page.
        every: Seconds between two readings.
        window: Seconds of which percentiles are told.
        once: Whether it is read once.
        stream: Where to write.

    Raises:
        RxvoiceError: When it is read once and cannot be.
    """
    from aiohttp import ClientError, ClientSession

    page = url.rstrip("/")
    if not page.endswith("/metrics"):
        page += "/metrics"
    if "://" not in page:
        page = f"http://{page}"
    calls = f"{page}/sessions"
    loop = asyncio.get_running_loop()
    dashboard, screen = Dashboard(window=window), Screen(stream, None)
    async with ClientSession() as client:
        while True:
            began = loop.time()
            try:
                text = await _read(client, page)
                going_on = await _calls(client, calls) if calls else []
            except (ClientError, TimeoutError, ValueError) as error:
                reason = type(error).__name__
                if once:
                    raise RxvoiceError(f"{page} does not answer: {reason}") from error
                show(screen, page, [f"no answer: {reason}"], lost=True)
                calls = f"{page}/sessions"  # it may come back as another one
            else:
                show(screen, page, dashboard.lines(text, began, going_on or ()))
                if going_on is None:
                    calls = ""  # some other server's page; it need not be asked again
            if once:
                if screen.is_terminal:
                    stream.write("\n")
                return
            await asyncio.sleep(max(0.0, began + every - loop.time()))


def show(screen: Screen, title: str, lines: list[str], *, lost: bool = False) -> None:
    """Draw one reading in the place of the last one; below it where there is no terminal."""
    styled: list[list[Styled]] = [[(f"rxvoice top {screen.signs.dash} {title}", _HEAD)]]
    for line in lines:
        alarm = lost or (line.startswith("faults") and not line.endswith("none"))
        styled.append(
            [(head(_printable(line), screen.width, screen.signs.ellipsis), _ALARM if alarm else "")]
        )
    if screen.is_terminal:
        if len(styled) > screen.height:
            rest = len(styled) - screen.height + 1
            styled[screen.height - 1 :] = [[(f"{screen.signs.ellipsis} {rest} more lines", "")]]
        screen.write([], styled)
    else:
        screen.write([*styled, [("", "")]], [])


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in line)


async def _read(client: "ClientSession", page: str) -> str:
    async with asyncio.timeout(PATIENCE), client.get(page) as answer:
        answer.raise_for_status()
        return await answer.text()


async def _calls(client: "ClientSession", page: str) -> list[dict[str, Any]] | None:
    """Return the calls that go on; None where nothing tells of them."""
    async with asyncio.timeout(PATIENCE), client.get(page) as answer:
        try:
            told: Any = await answer.json(content_type=None) if answer.status < 400 else None
            return [dict(call) for call in told["sessions"]]
        except (KeyError, TypeError, ValueError):  # it is some other page
            return None


__all__ = ["add_arguments", "run", "show", "top"]

"""to_tk: pictures, in a window of this machine."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from reactivex import Observable

from rxvoice.aio import in_thread
from rxvoice.aio._drain import start
from rxvoice.items import ImageFrame
from rxvoice.session import Session, Sink

from ._window import OpenWindow, Window, open_tk_window

logger = logging.getLogger(__name__)

LIVE: Final = 0.05
"""Seconds between two moments at which the window reacts."""


def to_tk(
    *,
    title: str = "rxvoice",
    size: tuple[int, int] | None = None,
    fps: float = 30.0,
    open_window: OpenWindow = open_tk_window,
) -> Sink[object]:
    """Show the stream's `ImageFrame` items in a window.

    The newest picture is shown; what comes while one is being read, or sooner than ``fps`` allows,
    replaces what waits. One that cannot be read is left out and logged. Other items are ignored.
    The awaitable is done when the stream has completed, or when somebody closes the window, which
    also ends the window; cancelling it does, too. It fails as the stream does, and with
    `rxvoice.errors.DeviceError` when there is no display or a package is missing.

    The window lives on the loop, which therefore has to run in the main thread on macOS. It needs
    Python's tkinter and the extra ``images``.

    Args:
        title: What stands above the window.
        size: Width and height in pixels, into which pictures are fitted; that of each picture
            unless given.
        fps: Pictures a second that are shown at most.
        open_window: Opens the window, for others than Tk.

    Returns:
        The sink.

    Raises:
        ValueError: When an argument makes no sense.
    """
    if not 0.1 <= fps <= 240.0:
        raise ValueError(f"fps must be in 0.1…240, got {fps}")
    if size is not None and min(size) < 1:
        raise ValueError(f"size must be positive, got {size}")

    def sink(stream: Observable[object], session: Session) -> Awaitable[None]:
        showing = _Showing(1.0 / fps)
        done = start(
            session.scope,
            lambda: showing.run(lambda: open_window(title=title, size=size)),
            name="to_tk",
        )
        subscription = session.subscribe(stream, showing.take, showing.end, showing.end)
        done.add_done_callback(lambda _: subscription.dispose())
        return done

    return sink


class _Showing:
    """One window and the picture that waits for it."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._waiting: ImageFrame | None = None
        self._news = asyncio.Event()
        self._over = False
        self._error: Exception | None = None

    def take(self, item: object) -> None:
        if isinstance(item, ImageFrame):
            self._waiting = item
            self._news.set()

    def end(self, error: Exception | None = None) -> None:
        self._over = True
        self._error = error
        self._news.set()

    async def run(self, open_window: Callable[[], Window]) -> None:
        window = open_window()
        try:
            while window.update():
                if self._error is not None:
                    raise self._error
                picture, self._waiting = self._waiting, None
                if picture is not None:
                    await self._show(window, picture)
                    await asyncio.sleep(self._interval)
                elif self._over:
                    return
                else:
                    await self._wait()
        finally:
            window.close()

    async def _show(self, window: Window, picture: ImageFrame) -> None:
        try:
            image = await in_thread(window.decode, picture, name="to_tk")
        except Exception as error:
            logger.warning("a picture cannot be shown: %s", type(error).__name__)
        else:
            window.show(image)

    async def _wait(self) -> None:
        """Wait for a picture, but not longer than a window may be left alone."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LIVE):
                await self._news.wait()


__all__ = ["to_tk"]

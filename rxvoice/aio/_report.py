"""Errors that nobody can be given."""

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)


def report(
    loop: asyncio.AbstractEventLoop, message: str, error: BaseException, **details: Any
) -> None:
    """Tell the loop's exception handler; on the loop's thread.

    Args:
        loop: The loop. When it is closed, the error is logged.
        message: Who failed.
        error: How.
        details: More for the handler.
    """
    if loop.is_closed():
        logger.error("%s", message, exc_info=error)
    else:
        loop.call_exception_handler({"message": message, "exception": error, **details})


def report_from_thread(loop: asyncio.AbstractEventLoop, message: str, error: BaseException) -> None:
    """Tell the loop's exception handler, from any thread."""
    try:
        loop.call_soon_threadsafe(report, loop, message, error)
    except RuntimeError:  # the loop is closed
        logger.error("%s", message, exc_info=error)

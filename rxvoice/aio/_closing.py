"""`closing`."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


async def close_after(thing: object, error: BaseException | None = None) -> None:
    """Close a generator or a connection; what else has ``aclose`` or ``close`` need not exist.

    Args:
        thing: What is closed.
        error: What has failed before: a failure of the closing is then only logged. A cancellation
            is no failure.
    """
    close = getattr(thing, "aclose", None)
    if close is None:
        return
    try:
        await close()
    except Exception as second:
        if not isinstance(error, Exception):
            raise
        logger.debug("closing failed, too", exc_info=second)


@asynccontextmanager
async def closing(thing: T) -> AsyncGenerator[T]:
    """Close a generator or a connection when the block is left, by its ``aclose`` if it has one.

    When the block fails, that is what the caller sees, even when the closing fails, too: a
    half-opened connection often cannot be closed properly either.

    Args:
        thing: What is closed.

    Yields:
        The same.
    """
    try:
        yield thing
    except BaseException as error:
        await close_after(thing, error)
        raise
    await close_after(thing)


__all__ = ["close_after", "closing"]

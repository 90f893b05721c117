"""What an operator begins before it subscribes to its source."""

from collections.abc import Generator
from contextlib import contextmanager

from reactivex import abc


@contextmanager
def begun(*parts: abc.DisposableBase) -> Generator[None]:
    """Dispose of what was begun when the block, which subscribes to the source, raises.

    Otherwise a source that emits at once to a subscriber that raises would leave it running: nobody
    has the subscription yet.

    Args:
        parts: What was begun.
    """
    try:
        yield
    except BaseException:
        for part in parts:
            part.dispose()
        raise

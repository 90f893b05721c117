"""The process's worker threads.

They exist only while a session, or a job without one, needs them: the last user that lets go ends
them.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakSet

T = TypeVar("T")

WORKERS = max(2, min(8, os.cpu_count() or 2))

_lock = threading.Lock()
_users: WeakSet[object] = WeakSet()
_unfinished: set[Future[Any]] = set()
_pool: ThreadPoolExecutor | None = None


def submit(user: object | None, function: Callable[[], T]) -> Future[T]:
    """Run a function in a worker thread.

    Args:
        user: Who keeps the threads until `release` is called for it; the job itself when ``None``.
        function: Called without arguments.

    Returns:
        The job.
    """
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="rxvoice")
        job = _pool.submit(function)
        _unfinished.add(job)
        _users.add(job if user is None else user)
    job.add_done_callback(_finished)
    return job


def release(user: object) -> None:
    """Let go of the threads; without users they end, and idle ones are waited for."""
    pool = _let_go(user)
    if pool is not None:
        # A job that is still running is a straggler: waiting for its thread would block the loop.
        pool.shutdown(wait=not _unfinished, cancel_futures=True)


def _finished(job: Future[Any]) -> None:
    with _lock:
        _unfinished.discard(job)
    pool = _let_go(job)
    if pool is not None:
        pool.shutdown(wait=False)  # this may be one of its threads


def _let_go(user: object) -> ThreadPoolExecutor | None:
    """Forget a user, and return the pool when it was the last one."""
    global _pool
    with _lock:
        if user not in _users:
            return None
        _users.discard(user)
        if _users:
            return None
        pool, _pool = _pool, None
        return pool

"""The process's worker threads.

They exist only while a session, or a job without one, needs them: the last user that lets go ends
them.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakSet

WORKERS = max(2, min(8, os.cpu_count() or 2))

_lock = threading.Lock()
_users: WeakSet[object] = WeakSet()
_pool: ThreadPoolExecutor | None = None


def acquire(user: object) -> ThreadPoolExecutor:
    """Return the pool and keep it until ``released`` was called for this user."""
    global _pool
    with _lock:
        _users.add(user)
        if _pool is None:
            _pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="rxvoice")
        return _pool


def released(user: object, *, wait: bool) -> None:
    """Let go of the pool; without users its threads end.

    Args:
        user: Who was given to ``acquire``.
        wait: Whether all its jobs are done, so that the idle threads may be waited for.
    """
    global _pool
    with _lock:
        _users.discard(user)
        if _users or _pool is None:
            return
        pool, _pool = _pool, None
    pool.shutdown(wait=wait, cancel_futures=True)

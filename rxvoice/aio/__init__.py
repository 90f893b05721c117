"""The bridge between observables on one side, coroutines and threads on the other.

Tasks, queues and threads live in this package and nowhere else. Every queue is bounded and says
what it does when it is full:

- ``"drop_oldest"``: the oldest item goes, for live audio;
- ``"drop_newest"``: the new item is refused;
- ``"error"``: the stream fails with `rxvoice.errors.BufferOverflow`, where nothing may be lost;
- ``"wait"``: the producing *thread* waits. Only `ThreadIngress` has it, for an observable cannot
  make its source wait.

What is dropped is counted and logged once.

The order of clean-up under ``switch_map``: the old generator is unsubscribed first, and nothing of
it comes out any more, but its ``finally`` runs in its own task. It has begun before the next
generator's first step when the old one was waiting for a sleep, a queue, a socket or any other
plain future; the next one steps first when it was waiting for a task, ``gather``, a ``TaskGroup``
or (before Python 3.12) ``wait_for``, for these are unwound first. An ``await`` inside of the
``finally`` always overlaps with the next generator. What must not be open twice has to be waited
for explicitly.
"""

from ._closing import closing
from ._drain import drain_into
from ._from_async import from_async, from_coroutine
from ._ingress import ThreadIngress
from ._lift import lift
from ._pull import Pulled, pull
from ._queue import Policy
from ._queues import Queues, QueueState
from ._scope import Scope, default_scope
from ._threads import in_thread, map_in_thread

__all__ = [
    "Policy",
    "Pulled",
    "QueueState",
    "Queues",
    "Scope",
    "ThreadIngress",
    "closing",
    "default_scope",
    "drain_into",
    "from_async",
    "from_coroutine",
    "in_thread",
    "lift",
    "map_in_thread",
    "pull",
]

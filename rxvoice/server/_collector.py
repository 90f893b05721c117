"""How often Python looks for garbage."""

import gc
from typing import Final

_YOUNG: Final = 10_000
"""Objects after which those that are new are looked through: 2 ms."""


def calm_collector() -> None:
    """Let Python's garbage collector disturb calls as little as can be; for programs that serve.

    What is loaded by now is never looked through again, and the rest ten times less often than
    usual. Calls leave nothing behind that a collection would have to find, but an agent's own
    parts may; that is found somewhat later then.

    A full collection stops all calls of a process: with all that is loaded, and 80 calls, for
    0.16 s. ``rxvoice serve`` does this when it begins to serve; whoever mounts `create_app`
    elsewhere may do so once all models are there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


__all__ = ["calm_collector"]

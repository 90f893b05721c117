"""What is said when virtual time cannot go on."""

import asyncio
from collections.abc import Iterable
from typing import Any


class VirtualTimeError(RuntimeError):
    """Virtual time cannot go on."""


class Deadlock(VirtualTimeError):
    """Nothing is left to do, but somebody is still waiting.

    On a clock on the wall the program would hang here for ever.
    """


class Livelock(VirtualTimeError):
    """Callbacks beget callbacks without end, and time stands still."""


def name_tasks(tasks: Iterable["asyncio.Task[Any]"]) -> list[str]:
    """Describe tasks, one line each, sorted: name and the place where it waits."""
    return sorted(f"{task.get_name()!r} {_place(task)}" for task in tasks)


def _place(task: "asyncio.Task[Any]") -> str:
    waiting: Any = task.get_coro()
    frame: Any = None
    while waiting is not None:
        found = None
        for kind in ("cr", "ag", "gi"):
            found = getattr(waiting, f"{kind}_frame", None)
            if found is not None:
                frame = found
                waiting = getattr(waiting, f"{kind}_await", None)
                break
        if found is None:
            break
    if frame is None:
        return "(ended)"
    code = frame.f_code
    return f"in {code.co_qualname} ({code.co_filename.rpartition('/')[2]}:{frame.f_lineno})"


__all__ = ["Deadlock", "Livelock", "VirtualTimeError", "name_tasks"]

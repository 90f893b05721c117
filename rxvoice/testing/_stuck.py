"""What is said when virtual time cannot go on."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ._waits import describe

_MOST = 20
"""How many tasks are listed."""


class VirtualTimeError(RuntimeError):
    """Virtual time cannot go on."""


class Deadlock(VirtualTimeError):
    """Nothing is left to do, but somebody is still waiting.

    On a clock on the wall the program would hang here for ever.
    """


class Livelock(VirtualTimeError):
    """Callbacks beget callbacks without end, and time stands still."""


for _kind in (VirtualTimeError, Deadlock, Livelock):
    _kind.__module__ = "rxvoice.testing"  # as it is told when a test fails


def name_tasks(tasks: Iterable["asyncio.Task[Any]"], most: int = _MOST) -> list[str]:
    """Describe tasks, one line each, by name: where each waits, and for what.

    Args:
        tasks: The tasks.
        most: How many; how many more there are is told in a last line.
    """
    known = sorted(tasks, key=lambda task: _natural(task.get_name()))
    lines = [describe(task) for task in known[:most]]
    if len(known) > most:
        lines.append(f"… and {len(known) - most} more")
    return lines


def explain_deadlock(loop: asyncio.AbstractEventLoop, sockets: bool) -> str:
    """Tell who waits for what.

    Args:
        loop: The loop.
        sockets: Whether sockets are open that nobody waits for.
    """
    lines = [f"nothing is left to do at {loop.time():.6f} s, but somebody still waits:"]
    lines += [f"  {line}" for line in name_tasks(asyncio.all_tasks(loop))]
    if len(lines) == 1:
        lines.append("  no task: a future that nobody will resolve is awaited")
    if sockets:
        lines.append("sockets are open: VirtualLoop(real_io=True) waits for them")
    return "\n".join(lines)


def explain_livelock(loop: asyncio.AbstractEventLoop, ready: Iterable[Any]) -> str:
    """Tell what keeps a loop busy.

    Args:
        loop: The loop.
        ready: The callbacks that are next.
    """
    called = Counter(map(_callback_name, ready)).most_common(_MOST)
    lines = [f"time stands still at {loop.time():.6f} s; next are called:"]
    lines += [f"  {name}{f', {count} times' if count > 1 else ''}" for name, count in called]
    lines += ["tasks:", *(f"  {line}" for line in name_tasks(asyncio.all_tasks(loop)))]
    return "\n".join(lines if lines[-1] != "tasks:" else [*lines, "  none"])


def _callback_name(handle: Any) -> str:
    callback: Any = handle._callback
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return f"a step of task {owner.get_name()!r}"
    while hasattr(callback, "func"):
        callback = callback.func
    name = getattr(callback, "__qualname__", None) or repr(callback)
    code = getattr(callback, "__code__", None)
    place = f" ({code.co_filename.rpartition('/')[2]}:{code.co_firstlineno})" if code else ""
    return f"{name}{place}"


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which Task-10 comes after Task-9."""
    return [
        (int(part or -1), "") if i % 2 else (0, part)
        for i, part in enumerate(re.split(r"(\d+)", name))
    ]


__all__ = [
    "Deadlock",
    "Livelock",
    "VirtualTimeError",
    "explain_deadlock",
    "explain_livelock",
    "name_tasks",
]

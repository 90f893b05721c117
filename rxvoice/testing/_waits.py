"""Where a task waits, and for what."""

import asyncio
import gc
from itertools import takewhile
from types import FrameType, TracebackType
from typing import Any, cast

_MOST_CALLERS = 4
_MOST_NAMES = 5
_KIT = {"rxvoice.testing._loop", "rxvoice.testing._run"}


def frames_of(awaitable: Any) -> list[FrameType]:
    """Return the frames of a suspended coroutine, the outermost first."""
    frames: list[FrameType] = []
    while awaitable is not None:
        found = _step(awaitable)
        if found is None:
            # What stands between a coroutine and a generator that it awaits has no attributes.
            inside = (_step(referent) for referent in gc.get_referents(awaitable))
            found = next((step for step in inside if step is not None), None)
        if found is None:
            break
        frame, awaitable = found
        if frame is None:
            break
        frames.append(frame)
    return frames


def traceback_of(awaitable: Any) -> TracebackType | None:
    """Return a traceback to the place where a suspended coroutine waits, outside of asyncio."""
    trace: TracebackType | None = None
    for frame in reversed(frames_of(awaitable)):
        if trace is None and _is_asyncio(frame):
            continue
        trace = TracebackType(trace, frame, frame.f_lasti, frame.f_lineno)
    return trace


def without_loop(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins where an event loop has called."""
    while trace is not None and (_is_asyncio(trace.tb_frame) or _is_kit(trace.tb_frame)):
        trace = trace.tb_next
    return trace


def describe(task: "asyncio.Task[Any]") -> str:
    """Say on one line where a task waits, and for what."""
    frames = frames_of(task.get_coro())
    if not frames:
        return f"{task.get_name()!r} (ended)"
    places = [_place(frame) for frame in reversed(frames)]
    if len(places) > _MOST_CALLERS + 1:
        places[_MOST_CALLERS:-1] = ["…"]
    return f"{task.get_name()!r} in {' < '.join(places)}{_awaited(task, frames)}"


def _step(awaitable: Any) -> "tuple[FrameType | None, Any] | None":
    for kind in ("cr", "ag", "gi"):
        if hasattr(awaitable, f"{kind}_frame"):
            awaits = "gi_yieldfrom" if kind == "gi" else f"{kind}_await"
            return getattr(awaitable, f"{kind}_frame"), getattr(awaitable, awaits)
    return None


def _place(frame: FrameType) -> str:
    code = frame.f_code
    return f"{code.co_qualname} ({code.co_filename.rpartition('/')[2]}:{frame.f_lineno})"


def _awaited(task: "asyncio.Task[Any]", frames: list[FrameType]) -> str:
    future: Any = getattr(task, "_fut_waiter", None)
    if future is None:
        return ", ready to run"
    if isinstance(future, asyncio.Task):
        return f", for {_name(cast('asyncio.Task[Any]', future))}"
    together = getattr(future, "_children", None)  # what gather gives
    if together:
        return f", for {_names(together)}"
    if future.done():
        return ", ready to run"
    parts = list(takewhile(_is_asyncio, reversed(frames)))  # a queue may wait for an event of its
    said = next(filter(None, map(_asyncio, reversed(parts))), None)
    return f", for {said or 'a future that nobody resolves'}"


def _is_asyncio(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("asyncio.")


def _is_kit(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")) in _KIT


def _asyncio(frame: FrameType) -> str | None:
    """What a part of asyncio waits for, told by its frame."""
    name, names = frame.f_code.co_name, frame.f_locals
    if name == "_wait" and "fs" in names:
        return _names([future for future in names["fs"] if not future.done()])
    owner: Any = names.get("self")
    if isinstance(owner, asyncio.Queue):
        many = cast("asyncio.Queue[Any]", owner)
        if name == "get":
            return "an item of an empty queue"
        if name == "put":
            return f"room in a queue of {many.maxsize}"
        return "the items of a queue to be done"
    if isinstance(owner, asyncio.TaskGroup):
        left: Any = getattr(owner, "_tasks", ())
        return f"a group with {_names(left)}"
    said = {
        asyncio.Event: "an event that nobody sets",
        asyncio.Lock: "a lock that nobody releases",
        asyncio.Semaphore: "a semaphore that nobody releases",
        asyncio.Condition: "a condition that nobody notifies",
        asyncio.Barrier: "a barrier that is not full",
        asyncio.StreamReader: "bytes that nobody sends",
    }
    return next((text for kind, text in said.items() if isinstance(owner, kind)), None)


def _names(futures: Any) -> str:
    names = sorted(map(_name, futures))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _name(future: Any) -> str:
    return f"task {future.get_name()!r}" if isinstance(future, asyncio.Task) else "a future"


__all__ = ["describe", "frames_of", "traceback_of", "without_loop"]

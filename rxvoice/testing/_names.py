"""Where a test says something, and what it calls the streams it speaks of."""

import sys
from pathlib import PurePath
from types import FrameType


def caller() -> FrameType:
    """Return the frame of the test that called the public method that calls this."""
    return sys._getframe(2)  # pyright: ignore[reportPrivateUsage]


def place_in(frame: FrameType) -> str:
    """Return the file and line at which a frame is."""
    return f"{PurePath(frame.f_code.co_filename).name}:{frame.f_lineno}"


def name_in(frame: FrameType, value: object) -> str | None:
    """Return the variable of a frame that holds a value."""
    for name, held in frame.f_locals.items():
        if held is value:
            return name
    return None


__all__ = ["caller", "name_in", "place_in"]

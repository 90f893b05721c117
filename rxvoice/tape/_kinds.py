"""The kinds of records on a tape."""

from enum import IntEnum


class Kind(IntEnum):
    """The first byte of a record."""

    HEADER = 1
    CLASS = 2
    EDGE = 3
    ENTER = 4
    NEXT = 5
    ERROR = 6
    DONE = 7
    TIMER = 8
    LEAVE = 9
    OUT = 10
    OUT_ERROR = 11
    OUT_DONE = 12
    LEFT = 13
    SYNC = 14
    SYNC_ERROR = 15
    SYNC_DONE = 16
    STRAY = 17
    NOTE = 18
    END = 19
    SET = 20


MOMENTS = frozenset({Kind.ENTER, Kind.NEXT, Kind.ERROR, Kind.DONE, Kind.TIMER, Kind.LEAVE})
"""The kinds that begin a moment."""

__all__ = ["MOMENTS", "Kind"]

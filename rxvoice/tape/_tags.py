"""The first byte of each value on a tape."""

import re
from enum import IntEnum

DEPTH = 100
"""How deep values lie in values; what lies deeper is not kept."""

ARRAYS = re.compile(r"[<|]([?biufcSU]\d{0,9}|[mM]8(\[\d*[a-zA-Z]+\])?)")
"""The kinds of numpy's numbers and texts; others may hold anything."""


class Tag(IntEnum):
    """What kind of value follows."""

    NONE = 0
    FALSE = 1
    TRUE = 2
    NATURAL = 3
    NEGATIVE = 4
    FLOAT = 5
    TEXT = 6
    BYTES = 7
    LIST = 8
    TUPLE = 9
    DICT = 10
    SET = 11
    FROZENSET = 12
    SAMPLES = 13
    ARRAY = 14
    ITEM = 15
    ENUM = 16
    ERROR = 17
    OPAQUE = 18
    TIME = 19
    FUNCTION = 20


__all__ = ["ARRAYS", "DEPTH", "Tag"]

"""Values on one line of bounded length."""

from types import FunctionType
from typing import Any, TypeAlias, cast

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

_LONGEST = 160
_EDGE = 3


def shorten(value: object, longest: int = _LONGEST) -> str:
    """Return a value's repr on one line of bounded length; of long arrays only their ends."""
    if isinstance(value, np.ndarray):
        text = _array(cast(Array, value))
    elif isinstance(value, FunctionType):
        text = f"function {value.__name__}"
    else:
        with np.printoptions(threshold=4 * _EDGE, edgeitems=_EDGE):
            text = repr(value)
    text = " ".join(text.split("\n")) if "\n" in text else text
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _array(array: Array) -> str:
    shape = "×".join(map(str, array.shape)) or "1"
    with np.printoptions(threshold=4 * _EDGE, edgeitems=_EDGE, linewidth=10_000):
        numbers = " ".join(str(array).split())
    return f"{array.dtype} {shape} {numbers}"


__all__ = ["shorten"]

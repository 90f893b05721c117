"""Which reply an item belongs to."""

import re
from dataclasses import replace
from typing import Any

import numpy as np

from rxvoice.items import AudioFrame, Sentence, Thought, Token, Word

_TAG = re.compile(r"#(\d+)")


def tagged(item: Any, reply: int) -> Any:
    """Return an item that tells to which reply it belongs.

    Text gets ``#`` and the number at its end, audio has the number as its samples. Items that are
    neither stay as they are.

    Args:
        item: The item.
        reply: The reply's number; 0 leaves the item as it is.
    """
    if not reply:
        return item
    if isinstance(item, AudioFrame):
        samples = np.full(len(item.samples), reply, np.int16)
        return AudioFrame(samples, item.rate, item.pts)
    if isinstance(item, Word | Token | Thought | Sentence) and item.text.strip():
        return replace(item, text=f"{item.text.rstrip()}#{reply}")
    return item


def tag_of(item: Any) -> int | None:
    """Tell to which reply an item belongs, as far as it says so."""
    if isinstance(item, AudioFrame):
        values = item.samples
        return int(values[0]) if len(values) and values[0] and np.ptp(values) == 0 else None
    if isinstance(item, Word | Token | Thought | Sentence):
        found = _TAG.findall(item.text)
        return int(found[-1]) if found else None
    return None


__all__ = ["tag_of", "tagged"]

"""What of an item is kept."""

import hashlib
from collections.abc import Callable, Collection
from typing import Any

from rxvoice.audio import pcm_to_bytes
from rxvoice.items import AudioFrame

from ._redact import Redacted, Redactor
from ._sound import Sound
from ._told import as_kept


def _digested(item: Any) -> Any:
    """Return a `Sound` for a frame, and of any other item what is kept of it."""
    if type(item) is not AudioFrame:
        return as_kept(item)
    digest = hashlib.blake2b(pcm_to_bytes(item.samples), digest_size=8).digest()
    return Sound(len(item.samples), item.rate, item.pts, digest)


Reduce = Callable[[Any], Any]


def reduces(*, sound: bool, redact: Collection[Redacted]) -> tuple[Reduce, Reduce]:
    """Return what is kept of what comes in, and of what goes out.

    Args:
        sound: Whether audio that comes out is kept whole.
        redact: What is taken out of both.
    """
    show = as_kept if sound else _digested
    if not redact:
        return _whole, show
    redactor = Redactor(redact)
    return redactor, lambda item: redactor(show(item))


def _whole(item: Any) -> Any:
    return item


__all__ = ["Reduce", "reduces"]

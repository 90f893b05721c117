"""What is known of a stream: notes."""

from typing import Any, NamedTuple


class Note(NamedTuple):
    """Something that happened in a stream.

    Attributes:
        at: Seconds on the session's clock.
        segment: Which subscription it belongs to.
        sign: ``"^"`` subscribed, ``"|"`` completed, ``"#"`` failed, ``"!"`` unsubscribed; empty
            for an item.
        item: The item or the error.
    """

    at: float
    segment: int
    sign: str
    item: Any


__all__ = ["Note"]

"""A bounded queue with a policy."""

import logging
from collections import deque
from typing import Generic, Literal, TypeAlias, TypeVar

from rxvoice.errors import BufferOverflow

logger = logging.getLogger(__name__)

T = TypeVar("T")
Policy: TypeAlias = Literal["drop_oldest", "drop_newest", "error", "wait"]
"""What a full queue does with one more item."""


def check(capacity: int, policy: Policy, *, may_wait: bool = False) -> None:
    """Refuse a capacity or a policy that makes no sense."""
    allowed = {"drop_oldest", "drop_newest", "error"} | ({"wait"} if may_wait else set[str]())
    if capacity < 1:
        raise ValueError(f"capacity must be at least 1, got {capacity}")
    if policy not in allowed:
        raise ValueError(f"policy must be one of {', '.join(sorted(allowed))}, got {policy!r}")


class BoundedQueue(Generic[T]):
    """At most ``capacity`` items, first in first out.

    Attributes:
        capacity: As given.
        dropped: How many items were lost.
        name: As given.
    """

    def __init__(self, capacity: int, policy: Policy, name: str) -> None:
        self.capacity = capacity
        self.dropped = 0
        self._items: deque[T] = deque()
        self._policy = policy
        self.name = name
        self._told = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        """Add an item, or do what the policy says. It never logs: see `tell`.

        Raises:
            BufferOverflow: When it is full and the policy is ``"error"`` (or ``"wait"``).
        """
        if len(self._items) >= self.capacity:
            if self._policy not in ("drop_oldest", "drop_newest"):
                raise BufferOverflow(f"{self.name}: more than {self.capacity} items are waiting")
            self.dropped += 1
            if self._policy == "drop_newest":
                return
            self._items.popleft()
        self._items.append(item)

    def tell(self) -> None:
        """Log that items were lost, if any were, for the first time."""
        if self.dropped and not self._told:
            self._told = True
            logger.warning(
                "queue is full, dropping", extra={"queue": self.name, "policy": self._policy}
            )

    def get(self) -> T:
        """Take the oldest item."""
        return self._items.popleft()

    def clear(self) -> None:
        """Forget all items."""
        self._items.clear()

"""What waits at the borders of a call."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

_MOST: Final = 256
"""Names that are told apart after their queues have gone."""


class Queue(Protocol):
    """What can be looked at."""

    @property
    def name(self) -> str:
        """Of the border."""
        ...

    @property
    def capacity(self) -> int:
        """How many items it holds."""
        ...

    @property
    def dropped(self) -> int:
        """How many were lost."""
        ...

    def __len__(self) -> int:
        """Return how many wait."""
        ...


@dataclass(frozen=True, slots=True)
class QueueState:
    """How it looks at a border; queues of the same name count as one.

    Attributes:
        name: Of the border, such as ``"from_microphone"``.
        waiting: How many items wait.
        capacity: How many may; 0 when there is no such queue any more.
        dropped: How many were lost because it was full, since the session began.
    """

    name: str
    waiting: int
    capacity: int
    dropped: int


class Queues:
    """The bounded queues of a session."""

    def __init__(self) -> None:
        self._open: list[Queue] = []
        self._lost: dict[str, int] = {}

    def add(self, queue: Queue) -> None:
        """Look at one from now on."""
        self._open.append(queue)

    def remove(self, queue: Queue) -> None:
        """Look at it no more; what it lost stays counted."""
        for index, known in enumerate(self._open):
            if known is queue:
                del self._open[index]
                if queue.name in self._lost or len(self._lost) < _MOST:
                    self._lost[queue.name] = self._lost.get(queue.name, 0) + queue.dropped
                return

    @contextmanager
    def showing(self, *queues: Queue) -> Generator[None]:
        """Look at some for as long as the context lasts."""
        for queue in queues:
            self.add(queue)
        try:
            yield
        finally:
            for queue in queues:
                self.remove(queue)

    def states(self) -> list[QueueState]:
        """Return how all look now, by name."""
        found = {name: (0, 0, lost) for name, lost in self._lost.items()}
        for queue in self._open:
            waiting, capacity, lost = found.get(queue.name, (0, 0, 0))
            found[queue.name] = (
                waiting + len(queue),
                capacity + queue.capacity,
                lost + queue.dropped,
            )
        return [QueueState(name, *found[name]) for name in sorted(found)]


__all__ = ["Queue", "QueueState", "Queues"]

"""What an operator is built with."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from rxvoice._types import Operator
from rxvoice.testing.strategies import Played, Timeline, play

from ._tags import tagged


class Parts(Mapping[str, Played[Any]]):
    """The stand-ins that an operator is built with, by name.

    Each look-up makes a new stream, which starts anew for every subscriber. After the operator
    was unsubscribed none of them may still be in use.

    Attributes:
        made: All streams that were made.
        replying: Those of them that tell to which reply they belong.
    """

    def __init__(self, timelines: Mapping[str, Timeline[Any]], *, deaf: bool = False) -> None:
        self.made: list[Played[Any]] = []
        self.replying: list[Played[Any]] = []
        self._timelines = timelines
        self._deaf = deaf

    def __getitem__(self, name: str) -> Played[Any]:
        return self._play(self._timelines[name], name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._timelines)

    def __len__(self) -> int:
        return len(self._timelines)

    def tagged(self, name: str, reply: int) -> Played[Any]:
        """Return a stand-in whose items tell to which reply they belong.

        Args:
            name: Of the stand-in.
            reply: A number, from 1 on, that is larger for each further reply.
        """
        timeline = self._timelines[name].map(lambda item: tagged(item, reply))
        made = self._play(timeline, f"{name} of reply {reply}")
        self.replying.append(made)
        return made

    @property
    def open(self) -> list[Played[Any]]:
        """The streams that are in use."""
        return [each for each in self.made if each.open]

    @property
    def reused(self) -> bool:
        """Whether one was used several times."""
        uses = Counter(each.name for each in self.made if each.uses)
        return any(count > 1 for count in uses.values())

    def _play(self, timeline: Timeline[Any], name: str) -> Played[Any]:
        made = play(timeline, name, deaf=self._deaf)
        self.made.append(made)
        return made


Make: TypeAlias = Callable[[Parts], Operator[Any, Any]]
"""Makes the operator anew, of stand-ins."""

__all__ = ["Make", "Parts"]

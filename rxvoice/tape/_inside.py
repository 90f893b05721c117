"""Whether the graph runs."""

from collections import Counter
from random import Random
from types import TracebackType

from rxvoice.aio._taping import Outlet

from ._apart import Apart


class Inside:
    """What recording and replaying have in common.

    Args:
        seed: Of the chance.

    Attributes:
        chance: Where operators get random numbers from, the same ones in each replay.
        now: Seconds on the session's clock while a moment lasts, else None.
        inside: Whether what runs belongs to the graph.
        models: Names of the edges by which local models come.
    """

    def __init__(self, seed: object) -> None:
        self.chance: Random = Random(seed if isinstance(seed, int) else 0)
        self.now: float | None = None
        self.inside = False
        self.models: set[str] = set()
        self._loads: Counter[str] = Counter()

    def loading(self, name: str) -> str | None:
        """Return the name of the edge by which a local model comes; None outside of the graph."""
        if not self.inside:
            return None
        self._loads[name] += 1
        number = self._loads[name]
        called = name if number == 1 else f"{name} {number}"
        self.models.add(called)
        return called

    def apart(self) -> Outlet:
        """Return an outlet for a subscription that is not of the graph."""
        return Apart(self)

    def outside(self) -> "Outside":
        """Return a block in which nothing belongs to the graph."""
        return Outside(self)


class Outside:
    """A block in which nothing belongs to the graph."""

    __slots__ = ("_tape", "_was")

    def __init__(self, tape: Inside) -> None:
        self._tape = tape
        self._was = tape.inside

    def __enter__(self) -> None:
        self._tape.inside = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tape.inside = self._was


__all__ = ["Inside", "Outside"]

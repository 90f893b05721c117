"""Counters, gauges and histograms, and how they are told to whoever collects them."""

import bisect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, Literal, Protocol, TypeAlias, TypeVar

Sample: TypeAlias = tuple[str, Sequence[tuple[str, str]], float]
"""What follows a family's name, labels, and a number."""

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]

OTHER: Final = "other"
"""Value of all labels of what came after there were too many."""

_MOST_SERIES: Final = 64
_LONGEST_VALUE: Final = 64


class Series(Protocol):
    """One number of a family, or several that belong together."""

    @property
    def kind(self) -> Kind:
        """What the family is then."""
        ...

    def samples(self) -> Iterator[Sample]:
        """Yield what is told of it."""
        ...


S_co = TypeVar("S_co", bound=Series, covariant=True)


class Count:
    """A number that grows."""

    kind: Kind = "counter"
    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float = 0.0

    def add(self, amount: float = 1.0) -> None:
        """Add to it.

        Raises:
            ValueError: When the amount is negative, or not finite.
        """
        if not 0.0 <= amount < math.inf:
            raise ValueError(f"a counter grows by finite amounts, got {amount}")
        self.value += amount

    def samples(self) -> Iterator[Sample]:
        """Yield what is told of it."""
        yield "_total", (), self.value


class Level:
    """A number that goes up and down."""

    kind: Kind = "gauge"
    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: float = 0.0

    def add(self, amount: float = 1.0) -> None:
        """Add to it, or take away."""
        self.value += amount

    def samples(self) -> Iterator[Sample]:
        """Yield what is told of it."""
        yield "", (), self.value


class Distribution:
    """How often values of which size came.

    Args:
        bounds: The upper ends of its classes, growing; values above them have one of their own.
    """

    kind: Kind = "histogram"
    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Add a value; what is negative or not finite is no measurement, and left out."""
        if 0.0 <= value < math.inf:
            self._counts[bisect.bisect_left(self._bounds, value)] += 1
            self._sum += value

    def samples(self) -> Iterator[Sample]:
        """Yield what is told of it."""
        count = 0
        for bound, here in zip((*self._bounds, math.inf), self._counts, strict=True):
            count += here
            yield "_bucket", (("le", number(float(bound))),), count
        yield "_count", (), count
        yield "_sum", (), self._sum


class Family(Generic[S_co]):
    """Series of one name, one for each combination of values of its labels.

    There is a bound to their number. What comes later is counted in one whose labels are all
    ``"other"``.

    Args:
        name: Without the ending that a counter has.
        help: What it is, in one line.
        make: Makes a series.
        labels: Their names.
        unit: With which the name ends.
        most: How many series there may be before that of the others.
    """

    def __init__(
        self,
        name: str,
        help: str,
        make: Callable[[], S_co],
        labels: Sequence[str] = (),
        *,
        unit: str = "",
        most: int = _MOST_SERIES,
    ) -> None:
        self.name: str = name
        self.help: str = help
        self.unit: str = unit
        self.kind: Kind = make().kind
        self._make = make
        self._labels = tuple(labels)
        self._most = most
        self._series: dict[tuple[str, ...], S_co] = {}
        if not labels:
            self.at()

    def at(self, *values: str) -> S_co:
        """Return the series of these values of the labels; it may be kept.

        Raises:
            ValueError: When there are more or fewer values than labels.
        """
        if len(values) != len(self._labels):
            raise ValueError(f"{self.name} has {len(self._labels)} labels, got {len(values)}")
        key = tuple(map(_clean, values))
        found = self._series.get(key)
        if found is None:
            if len(self._series) >= self._most:
                key = (OTHER,) * len(values)
                if key in self._series:
                    return self._series[key]
            found = self._series[key] = self._make()
        return found

    def clear(self) -> None:
        """Forget all series, for what is counted anew each time it is told."""
        self._series.clear()

    def samples(self) -> Iterator[Sample]:
        """Yield what is told of all series."""
        for values, series in self._series.items():
            labels = tuple(zip(self._labels, values, strict=True))
            for ending, more, value in series.samples():
                yield ending, (*labels, *more), value


def number(value: float, /) -> str:
    """Return a number as collectors read it."""
    if math.isfinite(value):
        return repr(float(value))
    return "NaN" if math.isnan(value) else "+Inf" if value > 0.0 else "-Inf"


def is_amount(value: float, /) -> bool:
    """Return whether a counter grows by it; what calls tell may be any number."""
    return 0.0 < value < math.inf


def _clean(value: str) -> str:
    cut = value[:_LONGEST_VALUE]
    return cut if cut.isprintable() else "".join(c if c.isprintable() else "?" for c in cut)


__all__ = [
    "OTHER",
    "Count",
    "Distribution",
    "Family",
    "Kind",
    "Level",
    "Sample",
    "Series",
    "is_amount",
    "number",
]

"""What a page of metrics says at a time."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

_SAMPLE: Final = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")

Labels = frozenset[tuple[str, str]]


class Reading:
    """The numbers of a page in Prometheus's text format; what is none is left out.

    Args:
        text: The page.
    """

    def __init__(self, text: str = "") -> None:
        self._values: dict[str, dict[Labels, float]] = {}
        for line in text.splitlines():
            if line.startswith("#") or not (found := _SAMPLE.match(line)):
                continue
            name, labels, value = found.groups()
            if (number := _number(value)) is None:
                continue
            told = {key: _plain(text) for key, text in _LABEL.findall(labels or "")}
            self._values.setdefault(name, {})[frozenset(told.items())] = number

    def __bool__(self) -> bool:
        return bool(self._values)

    def total(self, name: str, /, **wanted: str) -> float:
        """Return the sum of all series of a name that have these labels."""
        return sum(
            value for labels, value in self._series(name) if wanted.items() <= labels.items()
        )

    def by(self, label: str, name: str, /) -> dict[str, float]:
        """Return the sums of a name by the values of a label, the largest first."""
        sums: dict[str, float] = {}
        for labels, value in self._series(name):
            key = labels.get(label, "")
            sums[key] = sums.get(key, 0.0) + value
        return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))

    def is_before(self, other: "Reading") -> bool:
        """Return whether anything is less that only grows."""
        grows = (name for name in other._values if name.endswith(("_total", "_count")))
        return any(self.total(name) < other.total(name) for name in grows)

    def classes(self, name: str, /, **wanted: str) -> dict[float, float]:
        """Return how many values were at most so large, of a distribution, by upper ends."""
        classes: dict[float, float] = {}
        for labels, value in self._series(f"{name}_bucket"):
            if wanted.items() <= labels.items():
                end = _number(labels.get("le", "inf"))
                if end is not None:
                    classes[end] = classes.get(end, 0.0) + value
        return dict(sorted(classes.items()))

    def _series(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        for labels, value in self._values.get(name, {}).items():
            yield dict(labels), value


def since(now: Mapping[float, float], before: Mapping[float, float]) -> dict[float, float]:
    """Return the classes of what came between two readings; all when the counts began anew."""
    fresh = {end: count - before.get(end, 0.0) for end, count in now.items()}
    return dict(now) if any(count < 0.0 for count in fresh.values()) else fresh


def quantile(share: float, classes: Mapping[float, float]) -> float | None:
    """Return below which value a share of the values lies, as Prometheus estimates it.

    Args:
        share: Between 0 and 1.
        classes: Counts up to upper ends, growing.

    Returns:
        None when there are no values; infinity when it is above all ends but the last.
    """
    ends = sorted(classes)
    total = classes[ends[-1]] if ends else 0.0
    if total <= 0.0:
        return None
    rank = share * total
    start = below = 0.0
    for end in ends:
        count = classes[end]
        if count >= rank and count > below:
            if end == math.inf:
                return math.inf
            return start + (end - start) * max(0.0, rank - below) / (count - below)
        start, below = end, count
    return math.inf


def _number(text: str) -> float | None:
    """Return the number that a text is; None for any other text, and what is no number."""
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


__all__ = ["Reading", "quantile", "since"]

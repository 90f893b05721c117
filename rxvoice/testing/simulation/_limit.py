"""`Limit`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rxvoice.testing.simulation._figures import figures

_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FORM = re.compile(r"\s*([a-z_.0-9]+)\s*(>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure of a report must not be, such as ``cut_offs>0.05`` or ``latency.p95>1.5``.

    Attributes:
        figure: Its name in `Report.figures`.
        sign: ``>``, ``>=``, ``<`` or ``<=``.
        value: What it is compared with.
    """

    figure: str
    sign: str
    value: float

    @staticmethod
    def parse(text: str) -> "Limit":
        """Read a limit; ``%`` after the number divides it by 100.

        Raises:
            ValueError: When it cannot be read, or there is no such figure.
        """
        found = _FORM.fullmatch(text)
        if not found:
            raise ValueError(f"a limit must be like cut_offs>5% or latency.p95>1.5, got {text!r}")
        name, sign, number, percent = found.groups()
        known = figures(())
        if name not in known:
            raise ValueError(f"there is no figure {name!r}; there are {', '.join(known)}")
        return Limit(name, sign, float(number) / (100.0 if percent else 1.0))

    def breach(self, found: Mapping[str, float | None]) -> str | None:
        """Say how figures breach the limit; `None` when they do not.

        A figure that there is nothing to compute from breaches every limit.

        Args:
            found: The figures of a report.
        """
        value = found[self.figure]
        if value is None:
            return f"{self}: {self.figure} is not known"
        breached = _SIGNS[self.sign](value, self.value)
        return f"{self}: {self.figure} is {value:.4g}" if breached else None

    def __str__(self) -> str:
        return f"{self.figure}{self.sign}{self.value:g}"

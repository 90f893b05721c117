"""`Limit`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FORM = re.compile(r"\s*([a-z_.0-9]+)\s*(>=|<=|>|<)\s*([0-9.]+)\s*(%?)\s*")


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
            ValueError: When it cannot be read.
        """
        found = _FORM.fullmatch(text)
        try:
            if found:
                name, sign, number, percent = found.groups()
                return Limit(name, sign, float(number) / (100.0 if percent else 1.0))
        except ValueError:
            pass
        raise ValueError(f"a limit must be like cut_offs>0.05 or latency.p95>1.5, got {text!r}")

    def breach(self, figures: Mapping[str, float | None]) -> str | None:
        """Say how figures breach the limit; `None` when they do not.

        A figure that there is nothing to compute from breaches every limit.

        Args:
            figures: Those of a report.

        Raises:
            ValueError: When there is no such figure.
        """
        if self.figure not in figures:
            raise ValueError(f"there is no figure {self.figure!r}; there are {', '.join(figures)}")
        value = figures[self.figure]
        if value is None:
            return f"{self}: {self.figure} is not known"
        return f"{self}: {self.figure} is {value:.4g}" if self._holds(value) else None

    def _holds(self, value: float) -> bool:
        return _SIGNS[self.sign](value, self.value)

    def __str__(self) -> str:
        return f"{self.figure}{self.sign}{self.value:g}"

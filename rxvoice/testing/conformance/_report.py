"""What a check found."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_MOST = 3
_WIDTH = 96


@dataclass(frozen=True, slots=True)
class Failure:
    """A point of the contract that a provider does not keep.

    Attributes:
        point: Its name.
        contract: What the contract wants.
        happened: What happened instead, in different words each, with a diagram of the first
            trial that showed it.
        times: How often it showed.
    """

    point: str
    contract: str
    happened: tuple[str, ...]
    times: int = 1

    def __str__(self) -> str:
        lines = [f"✗ {self.point}", *_paragraph("wanted: ", self.contract)]
        for happened in self.happened:
            lines += ["", *_paragraph("got:    ", happened)]
        if self.times > len(self.happened):
            lines += ["", f"    in all {self.times} times"]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check looked at.

    Attributes:
        check: Its name, such as ``"check_transcriber"``.
        passed: The points that were kept.
        failed: The points that were not.
        skipped: The points that could not be judged, and why.
        trials: How often the provider was tried.
    """

    check: str
    passed: tuple[str, ...]
    failed: tuple[Failure, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict[str, str])
    trials: int = 0

    def __str__(self) -> str:
        count = len(self.passed) + len(self.failed)
        lines = [f"{self.check}: {len(self.passed)} of {count} points kept, {self.trials} trials"]
        for failure in self.failed:
            lines += ["", str(failure)]
        if self.failed and (self.passed or self.skipped):
            lines.append("")
        if self.passed:
            lines += _list("✓", self.passed)
        for why in dict.fromkeys(self.skipped.values()):
            points = [point for point, reason in self.skipped.items() if reason == why]
            lines += _list(f"– skipped ({why}):", points)
        return "\n".join(lines)


class ConformanceError(AssertionError):
    """A provider does not keep its contract.

    Attributes:
        report: Everything that was found.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report}")
        self.report = report

    @property
    def points(self) -> tuple[str, ...]:
        """The names of the points that failed."""
        return tuple(failure.point for failure in self.report.failed)


class Findings:
    """Collects what a check finds.

    Args:
        check: Name of the check.
        points: All points by name, and what the contract wants.
    """

    def __init__(self, check: str, points: Mapping[str, str]) -> None:
        self._check = check
        self._points = points
        self._seen: set[str] = set()
        self._skipped: dict[str, str] = {}
        self._failed: dict[str, list[tuple[str, str]]] = {}

    @property
    def failed(self) -> bool:
        """Whether a point has failed."""
        return bool(self._failed)

    def expect(self, point: str, kept: bool, happened: str = "", picture: str = "") -> bool:
        """Note that a point was judged.

        Args:
            point: Its name.
            kept: Whether it was kept.
            happened: What happened, when it was not.
            picture: A diagram of it.
        """
        assert point in self._points, point
        self._seen.add(point)
        if not kept:
            self._failed.setdefault(point, []).append((happened, picture))
        return kept

    def skip(self, point: str, why: str) -> None:
        """Note that a point cannot be judged."""
        assert point in self._points, point
        self._skipped[point] = why

    def report(self, trials: int) -> Report:
        """Sum up."""
        failures: list[Failure] = []
        passed: list[str] = []
        skipped: dict[str, str] = {}
        for point, contract in self._points.items():
            happened = self._failed.get(point)
            if happened:
                first = dict(reversed(happened))
                told = [f"{text}\n{first[text]}".rstrip() for text in dict(happened)]
                failures.append(Failure(point, contract, tuple(told[:_MOST]), len(happened)))
            elif point in self._seen and point not in self._skipped:
                passed.append(point)
            else:
                skipped[point] = self._skipped.get(point, "what failed hides it")
        return Report(self._check, tuple(passed), tuple(failures), skipped, trials)


def _list(label: str, points: Sequence[str]) -> list[str]:
    return textwrap.wrap(f"{label} {', '.join(points)}", _WIDTH, subsequent_indent="  ")


def _paragraph(label: str, text: str) -> Sequence[str]:
    """Wrap the first line of a text; what follows it is a diagram or a list, and stays."""
    first, *rest = text.split("\n")
    lines = textwrap.wrap(
        label + first, _WIDTH, initial_indent="    ", subsequent_indent="    " + " " * len(label)
    )
    return [*lines, *(f"      {line}".rstrip() for line in rest)]


__all__ = ["ConformanceError", "Failure", "Findings", "Report"]

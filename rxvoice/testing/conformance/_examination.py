"""What all checks share: running trials, and judging what every provider must do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic

from ._explain import explain
from ._made import check_make
from ._perform import perform
from ._report import ConformanceError, Findings, Report
from ._trial import Make, P, Scenario, Trial

_MOST_STUCK: Final = 3
"""Trials that may hang where each costs seconds, for sockets and threads get real time."""

_MOST_STUCK_AT_ONCE: Final = 15

_ENDING: Final = 0.5
"""Real seconds that a thread may take to end."""

_SOON: Final = 0.005

STREAM_POINTS: Final[Mapping[str, str]] = {
    "lazy": "nothing happens before somebody subscribes: no task, no timer, no connection",
    "grammar": "any number of items, then one completion or one error, and nothing after that or "
    "after unsubscribing",
    "loop thread": "everything comes on the thread of the event loop",
    "item types": "only items that the contract names are emitted",
    "no unheard errors": "no error goes to the event loop's exception handler instead of the "
    "subscriber, also while cleaning up",
    "leaves nothing": "once the stream has ended there is no task, timer, connection, thread or "
    "open file left, and the source is unsubscribed",
    "unsubscribing": "unsubscribing at any instant ends everything: no task, timer, connection, "
    "thread or open file is left, and the source is unsubscribed",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How trials are run.

    Attributes:
        real_io: Whether sockets and threads take part.
        patience: Virtual seconds that an answer may take.
    """

    real_io: bool
    patience: float

    def __post_init__(self) -> None:
        if not self.patience > 0.0:
            raise ValueError(f"patience must be positive, got {self.patience}")


class Examination(Generic[P]):
    """A check under way.

    Args:
        check: Its name.
        points: All its points.
        make: Makes the provider.
        settings: How trials are run.
        types: What may be emitted.
    """

    def __init__(
        self,
        check: str,
        points: Mapping[str, str],
        make: Make[P],
        settings: Settings,
        types: tuple[type, ...] = (object,),
    ) -> None:
        check_make("make", make)
        self._findings = Findings(check, points)
        self._points = points
        self._make = make
        self._settings = settings
        self._types = types
        self._trials = 0
        self._stuck = 0
        self._ending = _ENDING

    def run(
        self,
        title: str,
        scenario: Scenario,
        *,
        hang: str = "completes",
        make: Make[P] | None = None,
        residue: str | None = None,
    ) -> Trial | None:
        """Run a trial and judge what every provider must do.

        Args:
            title: What is tried.
            scenario: What is done.
            hang: The point that fails when the trial cannot go on.
            make: Makes another provider for this trial.
            residue: The point that fails when something is left, unless it is one of those of all
                streams.

        Returns:
            The trial, to be judged further; ``None`` when there is nothing to judge.
        """
        if make is not None:
            check_make("failing", make)
        settings = self._settings
        if self._stuck >= (_MOST_STUCK if settings.real_io else _MOST_STUCK_AT_ONCE):
            return None
        self._trials += 1
        trial = perform(
            title,
            make or self._make,
            scenario,
            real_io=settings.real_io,
            patience=settings.patience,
            ending=self._ending,
        )
        if any(line.startswith("thread ") for line in trial.left):
            self._ending = _SOON  # waiting longer showed nothing new
        if trial.hung or (settings.real_io and trial.left):
            self._stuck += 1
        self._judge(trial, hang, residue)
        return None if trial.hung or trial.error is not None else trial

    def expect(
        self, point: str, kept: bool, happened: str = "", trial: Trial | None = None
    ) -> bool:
        """Judge a point; when it is not kept the trial is drawn."""
        picture = "" if kept or trial is None else str(trial)
        return self._findings.expect(point, kept, happened, picture)

    def skip(self, point: str, why: str) -> None:
        """Note that a point is not judged."""
        self._findings.skip(point, why)

    def conclude(self) -> Report:
        """Sum up.

        Raises:
            ConformanceError: When a point failed.
        """
        __tracebackhide__ = True  # pytest shows the test that called, and nothing of the kit
        report = self._findings.report(self._trials)
        if report.failed:
            raise ConformanceError(report)
        return report

    def _judge(self, trial: Trial, hang: str, residue: str | None) -> None:
        expect = self.expect
        if trial.error is not None:
            expect("usable", False, f"it raised {explain(trial.error)}", trial)
            return
        expect("usable", True)
        expect(hang, not trial.hung, f"it hung: {trial.hung}", trial)
        if trial.early is not None:
            early = _list(trial.early)
            expect("lazy", not trial.early, f"before anybody subscribed there was {early}", trial)
        late = [line for probe in trial.probes for line in probe.late]
        foreign = sorted({name for probe in trial.probes for name in probe.foreign})
        if trial.probes:
            expect("grammar", not late, f"there came {_list(late)}", trial)
            happened = f"it was called on the thread {_list(foreign)}"
            expect("loop thread", not foreign, happened, trial)
        self._judge_types(trial)
        unheard = _list(trial.unheard)
        expect(
            "no unheard errors",
            not trial.unheard,
            f"nobody but the loop was told: {unheard}",
            trial,
        )
        if not trial.hung:
            point = residue or ("unsubscribing" if trial.cut else "leaves nothing")
            lines = "\n".join(f"  {line}" for line in trial.left)
            if self._trials == 1:  # which may load what the process keeps
                lines = "\n".join(f"  {line}" for line in _lasting(trial.left))
            expect(point, not lines, f"there is still\n{lines}", trial)

    def _judge_types(self, trial: Trial) -> None:
        for probe in trial.probes:
            wrong: list[Any] = [v for v in probe.values if not isinstance(v, self._types)]
            if probe.values:
                names = ", ".join(sorted({type(value).__name__ for value in wrong}))
                self.expect("item types", not wrong, f"it emitted items of type {names}", trial)


def usable(points: Mapping[str, str], *, stream: bool = True) -> dict[str, str]:
    """Complete a table of points with those that all providers share.

    Args:
        points: The points of one kind of provider.
        stream: Whether the provider is a stream or makes one.
    """
    first = {"usable": "making the provider, and using it as its contract says, raises nothing"}
    return {**first, **points, **(STREAM_POINTS if stream else _PLAIN_POINTS)}


_PLAIN_POINTS: Final[Mapping[str, str]] = {
    name: STREAM_POINTS[name] for name in ("no unheard errors", "leaves nothing")
}


def _lasting(left: list[str]) -> list[str]:
    return [line for line in left if not line.startswith(("thread ", "open "))]


def _list(lines: list[str]) -> str:
    shown = ", ".join(lines[:4])
    return f"{shown} and {len(lines) - 4} more" if len(lines) > 4 else shown


__all__ = ["STREAM_POINTS", "Examination", "Settings", "usable"]

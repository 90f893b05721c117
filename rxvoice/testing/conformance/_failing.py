"""Providers and sources that fail."""

from typing import Any

from rxvoice.errors import RxvoiceError
from rxvoice.items import Fault

from ._examination import Examination
from ._explain import explain
from ._operator import SourceFailure
from ._trial import Make, Scenario, Trial


def judge_source_fails(exam: Examination[Any], trial: Trial | None) -> None:
    """Judge what came of a source that failed."""
    if trial is None:
        return
    (probe,) = trial.probes
    told = probe.error is not None or any(isinstance(v, Fault) for v in probe.values)
    happened = f"the source failed with {SourceFailure()!r}, and the stream just completed"
    exam.expect("source fails", told, happened, trial)


def judge_failing(
    exam: Examination[Any],
    point: str,
    make: Make[Any] | None,
    scenario: Scenario,
    *,
    errors: tuple[type[BaseException], ...] = (RxvoiceError,),
    faults: bool = True,
) -> None:
    """Try a provider that cannot do its work.

    Args:
        exam: The check.
        point: The point to judge.
        make: Makes the provider; the point is skipped without.
        scenario: What is done with it.
        errors: Errors that tell the user what to do.
        faults: Whether a `Fault` is enough.
    """
    if make is None:
        exam.skip(point, "no failing= was given")
        return
    trial = exam.run("a provider that cannot do its work", scenario, hang=point, make=make)
    if trial is None:
        return
    (probe,) = trial.probes
    error = probe.error
    if error is None:
        told = faults and any(isinstance(value, Fault) for value in probe.values)
        exam.expect(point, told, "nobody was told that it failed", trial)
    else:
        names = " or ".join(kind.__name__ for kind in errors)
        happened = f"it failed with {explain(error)}, which is no {names}"
        exam.expect(point, isinstance(error, errors), happened, trial)


__all__ = ["judge_failing", "judge_source_fails"]

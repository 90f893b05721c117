"""Running laws on many cases."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy

from rxvoice.testing.strategies import Timeline

from ._brackets import brackets
from ._broken import LawBroken
from ._case import Case, cases
from ._grammar import determinism, endings, grammar, order
from ._independence import independence
from ._leaving import raising, unsubscribing, unsubscribing_inside
from ._parts import Make
from ._replies import history, interruption

Law: TypeAlias = Callable[[Make, Case], None]
"""Runs one case, and raises `LawBroken`."""

LAWS: Mapping[str, Law] = {
    law.__name__: law
    for law in (
        grammar,
        endings,
        order,
        brackets,
        interruption,
        history,
        unsubscribing,
        unsubscribing_inside,
        raising,
        independence,
        determinism,
    )
}
"""All laws, by name."""


def check(
    make: Make,
    source: SearchStrategy[Timeline[Any]],
    stand_ins: Mapping[str, SearchStrategy[Timeline[Any]]] | None = None,
    *,
    laws: Sequence[str] = tuple(LAWS),
    skip: Mapping[str, str] | None = None,
    asides: bool = True,
) -> None:
    """Try laws on many cases, and show the simplest one that breaks a law.

    Args:
        make: Makes the operator anew, of stand-ins; it must not keep anything.
        source: What the operator is given.
        stand_ins: What the streams emit that ``make`` takes from its `Parts`, by name.
        laws: Names of the laws; all unless given.
        skip: Names of laws that do not hold, each with the reason.
        asides: Whether the operator passes items that it does not know.

    Raises:
        LawBroken: With the simplest case that was found, as a diagram.
        ValueError: When there is no such law, or no reason why it is skipped.
    """
    left_out = skip or {}
    for name in (*laws, *left_out):
        if name not in LAWS:
            raise ValueError(f"laws are {', '.join(LAWS)}, got {name!r}")
    if not all(left_out.values()):
        raise ValueError("skip must give a reason for each law")
    chosen = [LAWS[name] for name in laws if name not in left_out]

    phases = [phase for phase in settings().phases if phase is not Phase.explain]

    @settings(report_multiple_bugs=False, phases=phases)
    @given(case=cases(source, stand_ins, asides=asides))
    def keeps_the_laws(case: Case) -> None:
        for law in chosen:
            law(make, case)

    try:
        keeps_the_laws()
    except LawBroken as error:
        error.__notes__ = []  # Hypothesis shows the case once more
        raise error.with_traceback(None) from None


__all__ = ["LAWS", "Law", "check"]

"""The law about several subscribers."""

from ._broken import LawBroken, broken
from ._case import Case, Log
from ._parts import Make
from ._stage import Stage, run


def independence(make: Make, case: Case) -> None:
    """Whoever subscribes gets what he would get alone, whatever other subscribers do.

    Tried with two subscribers at once or one after the other, with the operator applied to its
    source twice, and with one that comes after another has unsubscribed.
    """
    later = case.later * case.tick
    early = run(make, case).log
    late = early if not later else run(make, case, began=later).log
    with Stage(make, case) as stage:
        first, second = stage.probe(), stage.probe()
        third = stage.probe(stage.again())
        stage.at(0.0, first.start)
        stage.at(later, second.start)
        stage.at(later, third.start)
        stage.run(case.limit)
        first.stop()
        stage.run(later + case.limit)
        second.stop()
        third.stop()
    _compare("the first of several subscribers", case, early, first.log)
    _compare(f"a second subscriber at {later:g} s", case, late, second.log)
    _compare(f"the operator's second use at {later:g} s", case, late, third.log)
    with Stage(make, case) as stage:
        first, second = stage.probe(), stage.probe()
        stage.at(0.0, first.start)
        stage.at(later, first.stop)
        stage.at(later, second.start)
        stage.run(later + case.limit)
        second.stop()
    _compare(f"who comes at {later:g} s, when another leaves,", case, late, second.log)


def _compare(who: str, case: Case, alone: Log, log: Log) -> None:
    if alone != log:
        raise _broken(who, case, alone, log)


def _broken(who: str, case: Case, alone: Log, log: Log) -> LawBroken:
    logs = {"alone": alone, "out": log}
    return broken("independence", f"{who} gets something else than alone", case, logs)


__all__ = ["independence"]

"""What becomes of a long-lived provider that fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from reactivex import Observable

from rxvoice.items import Fault

Member: TypeAlias = Callable[[Observable[Any]], Observable[Any]]


@dataclass(frozen=True, slots=True)
class Go:
    """Who goes on, and after how many seconds; what is told of it."""

    member: Member
    pause: float = 0.0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What becomes of failures.

    Attributes:
        failed: Returns who goes on after an error, or what to fail with. It is told whether the
            member had answered any of what it was given.
        faulted: Returns who goes on after a fault, ``None`` to stay.
        idle: Returns who goes on when nothing is owed, ``None`` to stay.
    """

    failed: Callable[[Exception, bool], Go | Exception]
    faulted: Callable[[Fault, bool], Go | None] = lambda fault, answered: None
    idle: Callable[[], Go | None] = lambda: None


__all__ = ["Go", "Member", "Rules"]

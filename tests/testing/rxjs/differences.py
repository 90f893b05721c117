"""Where RxPY does something else than RxJS, and what it does; docs/rxjs-differences.md says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What RxPY does in a case.

    Attributes:
        reason: Heading in docs/rxjs-differences.md.
        output: What the result does.
        windows: When sources are subscribed, where that differs too.
        inners: What the emitted streams do, where that differs too.
        values: What letters mean that the case does not have.
        unhandled: Part of the message of an error that no stream carries.
        remedied: Whether RxPY can be made to do what RxJS does.
    """

    reason: str
    output: str
    windows: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    inners: Mapping[str, str] = field(default_factory=dict[str, str])
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    unhandled: str = ""
    remedied: bool = True


_LISTS = "concat_map takes streams, not lists"
_DEAD = "share stays dead"
_OPTIONS = "share has no options"
_DELAY = "retry does not wait"
_BOUNDARIES = "buffer and window end with their boundaries"

DIFFERENCES: dict[str, Difference] = {
    "concat-map-24": Difference(_LISTS, "-", unhandled="'list' object has no attribute"),
    "concat-map-25": Difference(
        _LISTS, "---------------#", unhandled="'list' object has no attribute"
    ),
    "share-04": Difference(_OPTIONS, "---1---2---------1---2-------1---(2|)", remedied=False),
    "share-05": Difference(_OPTIONS, "---1---2---------1---2-------1---(2|)", remedied=False),
    "share-10": Difference(_DEAD, "---1---2-----|"),
    "share-33": Difference(_DEAD, "---a--b--c--d--e--#"),
    "share-34": Difference(_DEAD, "---a--b--c--d--e--#"),
    "share-116": Difference(_DEAD, "---a---b---(c|)"),
    "share-117": Difference(_DEAD, "---a---b---(c|)"),
    "share-119": Difference(_DEAD, "---a---b---c---#"),
    "share-121": Difference(_DEAD, "---a---b---c---#"),
    "share-122": Difference(_DEAD, "---v---v---v---#"),
    "share-123": Difference(_DEAD, "---v---v---v---#"),
    "retry-14": Difference(_DELAY, "---a---b------a---b------a---b------a---b---"),
    "retry-17": Difference(_DELAY, "---a---b------a---b------a---b---#"),
    "buffer-05": Difference(_BOUNDARIES, "(A|)", values={"A": []}),
    "window-13": Difference(
        _BOUNDARIES,
        "a---b---c---|",
        windows={"source": ("^-----------!",)},
        inners={"a": "-3-4|", "b": "-5-6|", "c": "-7-8|"},
    ),
}

__all__ = ["DIFFERENCES", "Difference"]

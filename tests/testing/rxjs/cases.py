"""The cases of RxJS, in the notation of the kit."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.testing.rxjs.notation import (
    columns,
    translate,
    translate_unsubscription,
    translate_window,
)

PATH = Path(__file__).parents[2] / "data" / "rxjs" / "marbles.json"
MAIN = ("e1", "source", "a")
"""Names of the stream to which the operator is applied; ``subs`` is its window."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        id: Operator and number.
        op: The operator of RxJS.
        title: What RxJS says about it.
        sources: Kind and diagram of each source, by name.
        inners: Diagrams of the streams that the result emits, by letter.
        expected: What the result does.
        windows: When each source is subscribed, by name; a source that is not in it may do.
        subscription: When the result is subscribed.
    """

    id: str
    op: str
    title: str
    sources: dict[str, tuple[str, str]]
    inners: dict[str, str]
    expected: str
    windows: dict[str, tuple[str, ...]]
    subscription: str


def load() -> list[Case]:
    """Read all cases."""
    return [read(case) for case in json.loads(PATH.read_text())["cases"]]


def read(raw: dict[str, Any]) -> Case:
    """Read a case."""
    marbles: dict[str, tuple[str, str]] = {k: (v[0], v[1]) for k, v in raw["marbles"].items()}
    expected = translate(marbles["expected"][1])
    streams = {k: (kind, translate(v)) for k, (kind, v) in marbles.items() if kind != "marble"}
    nested = raw["op"] in ("group-by", "window")
    inners = {
        name: text for name, (_, text) in streams.items() if nested and name in list(expected)
    }
    sources = {name: stream for name, stream in streams.items() if name not in inners}
    windows = {
        _owner(name, sources): () if window is None else (window,)
        for name, (kind, text) in marbles.items()
        if kind == "marble" and name.lower().endswith("subs")
        for window in [translate_window(text)]
    }
    return Case(
        id=raw["id"].removeprefix("rxjs-"),
        op=raw["op"],
        title=raw["title"],
        sources=sources,
        inners=inners,
        expected=expected,
        windows=windows,
        subscription=_subscription(marbles, expected, windows),
    )


def _owner(name: str, sources: dict[str, tuple[str, str]]) -> str:
    """Return whose window it is: ``e1subs`` and ``sourceSubs`` say, ``subs`` means the main one."""
    if name == "subs":
        return next(main for main in MAIN if main in sources)
    stem = name[: -len("subs")]
    return stem if stem in sources else stem + "s"


def _subscription(
    marbles: dict[str, tuple[str, str]], expected: str, windows: dict[str, tuple[str, ...]]
) -> str:
    """Return when the result is left: as the case says, else when the last source is."""
    for name in ("unsub", "subscription"):
        if name in marbles:
            return translate_unsubscription(marbles[name][1])
    if any("|" in column or "#" in column for column in columns(expected)):
        return "^"
    left = [len(columns(window)) - 1 for all_ in windows.values() for window in all_]
    return "^" + "-" * (max(left) - 1) + "!"


__all__ = ["Case", "load", "read"]

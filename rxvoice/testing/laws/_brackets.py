"""The law about what begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rxvoice.items import (
    BotSpeechOngoing,
    BotSpeechStarted,
    BotSpeechStopped,
    ReplyEnded,
    ReplyStarted,
    ResponseEnded,
    ResponseStarted,
    SpeechOngoing,
    SpeechStarted,
    SpeechStopped,
    Turn,
    TurnDropped,
    TurnStarted,
)

from ._broken import broken
from ._case import Case
from ._parts import Make
from ._stage import items_of, run


@dataclass(frozen=True, slots=True)
class _Kind:
    opens: type
    closes: tuple[type, ...]
    number: str = ""
    counts: bool = False
    inside: tuple[type, ...] = ()
    cut_by: tuple[type, ...] = ()


_KINDS = (
    _Kind(ReplyStarted, (ReplyEnded,), "number", counts=True),
    _Kind(ResponseStarted, (ResponseEnded,), "turn", cut_by=(ReplyEnded,)),
    _Kind(TurnStarted, (Turn, TurnDropped), "number", counts=True),
    _Kind(SpeechStarted, (SpeechStopped,), inside=(SpeechOngoing,)),
    _Kind(BotSpeechStarted, (BotSpeechStopped,), "number", inside=(BotSpeechOngoing,)),
)


def brackets(make: Make, case: Case) -> None:
    """What starts, ends exactly once, with the same number, before the next one starts.

    Replies and turns have numbers that count up.

    That is: `ReplyStarted` and `ReplyEnded`, `ResponseStarted` and `ResponseEnded` (or the end of
    the reply that it was a part of), `TurnStarted` and `Turn` or `TurnDropped`, `SpeechStarted` and
    `SpeechStopped`, `BotSpeechStarted` and `BotSpeechStopped`. When the stream ends, also with an
    error, nothing is open. Kinds for which the source itself does not keep this are left out.
    """
    case = case.settled()
    ran = run(make, case, deaf=case.deaf, seed=case.seed)
    given = [item for _, item in case.source.items]
    out = items_of(ran.log)
    ended = len(out) < len(ran.log)
    loose = unbalanced(given, ended=bool(case.source.ending))
    for mine, reason in zip(loose, unbalanced(out, ended=ended), strict=True):
        if reason and not mine:
            raise broken("brackets", reason, case, {"out": ran.log})


def unbalanced(items: Sequence[Any], *, ended: bool) -> list[str | None]:
    """Return what is wrong with each kind of brackets, or None.

    Args:
        items: What came out.
        ended: Whether nothing may be open at the end.
    """
    return [_fault(kind, items, ended=ended) for kind in _KINDS]


def _fault(kind: _Kind, items: Sequence[Any], *, ended: bool) -> str | None:
    """Return what is wrong with one kind of brackets, or None."""
    current: Any = None
    latest = 0
    for item in items:
        if isinstance(item, kind.opens):
            if current is not None:
                return f"{item!r} comes before the end of {current!r}"
            current = item
            if kind.counts:
                if item.number <= latest:
                    return f"{item!r} comes after number {latest}"
                latest = item.number
        elif isinstance(item, kind.closes):
            if current is None:
                return f"{item!r} ends what was not begun or has ended"
            if kind.number and getattr(item, kind.number) != getattr(current, kind.number):
                return f"{item!r} does not belong to {current!r}"
            current = None
        elif isinstance(item, kind.inside) and current is None:
            return f"{item!r} comes outside"
        elif isinstance(item, kind.cut_by):
            current = None
    return f"{current!r} never ends" if current is not None and ended else None


__all__ = ["brackets", "unbalanced"]

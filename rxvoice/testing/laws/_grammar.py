"""Laws about a whole run: grammar, endings, order, sameness."""

from dataclasses import replace
from typing import Any

from rxvoice.items import AudioFrame, ClearAudio, ReplyStarted, Word
from rxvoice.testing._notifications import OnCompleted, OnError, OnNext

from ._broken import broken
from ._case import Aside, Case, Log
from ._parts import Make
from ._stage import items_of, run


def grammar(make: Make, case: Case) -> None:
    """A stream is values, then at most one end: ``on_next* (on_error|on_completed)?``.

    The operator itself keeps this; that RxPY's subscriptions would hide what comes after the end
    does not count. Nothing fails unheard either.
    """
    ran = run(make, case, deaf=case.deaf, seed=case.seed)
    if ran.surplus:
        at, note = ran.surplus[0]
        said = _say(note)
        raise broken(
            "grammar",
            f"after the end came {said} at {at:g} s",
            case,
            {"out": ran.log, "after": ran.surplus},
        )
    if ran.unheard:
        raise broken(
            "grammar", f"it failed unheard: {'; '.join(ran.unheard)}", case, {"out": ran.log}
        )


def endings(make: Make, case: Case) -> None:
    """When the source ends, the stream does: with the source's own error, or completed.

    It may end later, when it still has something to say, or have completed before.
    """
    case = case.settled()
    ran = run(make, case, seed=case.seed)
    if not case.source.ending:
        return
    last = ran.log[-1] if ran.log else None
    if last is None or isinstance(last[1], OnNext):
        raise broken("endings", "the source ended, the stream never does", case, {"out": ran.log})
    end = last[1]
    if isinstance(end, OnCompleted):
        if case.source.ending == "#" and not ran.early:
            raise broken("endings", "the source's error was lost", case, {"out": ran.log})
    elif case.source.ending != "#" or end != OnError(case.source.error):
        raise broken("endings", f"it failed with {_say(end)}", case, {"out": ran.log})


def order(make: Make, case: Case) -> None:
    """What an operator does not know passes, unchanged and in order, and nothing is twice.

    Those items of the source that come out as they are, keep their order among those of their
    type. When the ``pts`` of words and of audio do not go back in the source and the stand-ins,
    they do not in the stream either, but where a new reply begins, or where audio that was sent
    early is cleared. (Words alone take no time: what stands in for a voice may be used only once.)
    """
    case = case.settled()
    ran = run(make, case, seed=case.seed)
    fed = [[item for _, item in each.items] for each in case.timelines]
    given, out = fed[0], items_of(ran.log)
    wanted = [item for item in given if isinstance(item, Aside)]
    passed = [item for item in out if isinstance(item, Aside)]
    whole = bool(ran.log) and isinstance(ran.log[-1][1], OnCompleted)
    if passed != wanted[: len(passed)] or (whole and len(passed) < len(wanted)):
        reason = f"{_list(wanted)} should pass, {_list(passed)} did"
        raise broken("order", reason, case, {"out": ran.log})
    kinds: set[type[Any]] = {type(item) for item in out}
    for kind in sorted(kinds - {Aside}, key=lambda kind: kind.__name__):
        wrong = _out_of_order(
            [item for item in given if type(item) is kind],
            [item for item in out if type(item) is kind],
        )
        if wrong is not None:
            reason = f"{wrong!r} comes twice or after what followed it"
            raise broken("order", reason, case, {"out": ran.log})
    for kind in (AudioFrame,) if ran.reused else (AudioFrame, Word):
        late = _goes_back(kind, out)
        if late is not None and not any(_goes_back(kind, each) for each in fed):
            raise broken("order", late, case, {"out": ran.log})


def determinism(make: Make, case: Case) -> None:
    """The same case goes the same way every time."""
    first = run(make, case, deaf=case.deaf, seed=case.seed)
    again = replace(case, runs={})
    second = run(make, again, deaf=case.deaf, seed=case.seed)
    if first.log != second.log:
        logs = {"first": first.log, "then": second.log}
        raise broken("determinism", "it did something else the second time", case, logs)


def _out_of_order(given: list[Any], out: list[Any]) -> object | None:
    """Return the first item that came out as it was and does not follow those before it."""
    passing = {id(item) for item in given}
    left = iter(given)
    for item in out:
        if id(item) in passing and not any(other is item for other in left):
            return item
    return None


def _goes_back(kind: type, items: list[Any]) -> str | None:
    latest = float("-inf")
    for item in items:
        if isinstance(item, ReplyStarted) or (kind is AudioFrame and isinstance(item, ClearAudio)):
            latest = float("-inf")
        elif isinstance(item, kind):
            if item.pts < latest - 1e-6:
                return f"{item!r} comes after what is at {latest:g} s"
            latest = item.pts
    return None


def _list(items: list[Aside]) -> str:
    return ", ".join(items) or "nothing"


def _say(note: object) -> str:
    if isinstance(note, OnNext):
        return repr(note.value)
    return "the end" if isinstance(note, OnCompleted) else repr(getattr(note, "error", note))


__all__ = ["Log", "determinism", "endings", "grammar", "order"]

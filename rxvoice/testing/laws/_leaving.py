"""Laws about unsubscribing, and about subscribers that raise."""

from rxvoice.items import Fault
from rxvoice.testing._notifications import Notification, OnError, OnNext

from ._broken import LawBroken, broken
from ._case import Case, Log
from ._parts import Make
from ._probe import Probe
from ._stage import Stage


def unsubscribing(make: Make, case: Case) -> None:
    """Unsubscribing leaves no task, timer, thread, socket or subscription, whenever it is done.

    Nothing is emitted afterwards, also when the stand-ins go on all the same (``case.deaf``).
    """
    when = case.stop * case.tick
    with Stage(make, case, seed=case.seed, watch=True) as stage:
        probe = stage.probe()
        stage.at(0.0, probe.start)
        stage.at(when, probe.stop)
        stage.run(when)
        _leave("unsubscribing", f"unsubscribed at {when:g} s", case, stage, probe)
    if not case.deaf:
        return
    with Stage(make, case, deaf=True, seed=case.seed) as stage:
        probe = stage.probe()
        stage.at(0.0, probe.start)
        stage.at(when, probe.stop)
        stage.run()
        if probe.late:
            raise _late("unsubscribing", case, probe)


def unsubscribing_inside(make: Make, case: Case) -> None:
    """The same law when a subscriber unsubscribes from inside of its own ``on_next``."""
    with Stage(make, case, seed=case.seed, watch=True) as stage:
        probe = stage.probe()

        def react(count: int) -> None:
            if count == case.count:
                probe.stop()
                stage.loop.stop()

        probe.react = react
        stage.at(0.0, probe.start)
        stage.run()
        probe.stop()
        what = f"unsubscribed inside of notification {case.count}"
        _leave("unsubscribing_inside", what, case, stage, probe)


def raising(make: Make, case: Case) -> None:
    """An exception of a subscriber is not swallowed, and makes no further harm.

    It reaches whoever emitted, as with RxPY's ``map``, or the subscriber's own ``on_error``, or is
    the cause of a `Fault`. Nothing else fails because of it, and unsubscribing leaves nothing.
    """
    fault = Oops("the subscriber raised")
    with Stage(make, case, seed=case.seed, watch=True) as stage:
        probe = stage.probe(guarded=True)
        raised = False

        def react(count: int) -> None:
            nonlocal raised
            if count == case.count and not probe.ended:
                raised = True
                raise fault

        probe.react = react
        stage.at(0.0, probe.start)
        stage.run()
        probe.stop()
        _leave("raising", f"raised at notification {case.count}", case, stage, probe)
        told = [_error_of(note) for _, note in probe.log]
        errors = [context.get("exception") for context in stage.unheard()]
    others = [error for error in errors if not _is(error, fault)]
    if others:
        raise broken("raising", f"something else failed, too: {others[0]!r}", case, _out(probe))
    if raised and not errors and not any(_is(error, fault) for error in told):
        raise broken("raising", "the subscriber's exception was swallowed", case, _out(probe))


class Oops(Exception):
    """What a subscriber raises."""


def _error_of(note: Notification) -> BaseException | None:
    if isinstance(note, OnNext) and isinstance(note.value, Fault):
        return note.value.cause
    return note.error if isinstance(note, OnError) else None


def _is(error: object, fault: Oops) -> bool:
    """Tell whether an error is the subscriber's, or made of it."""
    while isinstance(error, BaseException):
        if error is fault:
            return True
        error = error.__cause__ or error.__context__
    return False


def _leave(law: str, what: str, case: Case, stage: Stage, probe: Probe) -> None:
    left = stage.left()
    windows = {"subscribed": (0.0, probe.stopped)}
    if left:
        lines = "\n".join(f"  {line}" for line in left)
        reason = f"after it was {what} there is still\n{lines}"
        raise broken(law, reason, case, _out(probe), windows)
    if probe.late:
        raise _late(law, case, probe)


def _late(law: str, case: Case, probe: Probe) -> LawBroken:
    at = probe.late[0][0]
    logs = {**_out(probe), "after": probe.late}
    windows = {"subscribed": (0.0, probe.stopped)}
    return broken(law, f"it emits at {at:g} s, when nobody listens", case, logs, windows)


def _out(probe: Probe) -> dict[str, Log]:
    return {"out": probe.log}


__all__ = ["raising", "unsubscribing", "unsubscribing_inside"]

"""Where an operator is run."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reactivex import Observable

from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler
from rxvoice.testing._leaks import leftovers
from rxvoice.testing._loop import VirtualLoop
from rxvoice.testing._notifications import OnNext
from rxvoice.testing._run import abandon, finish_tasks
from rxvoice.testing._seeds import seeded
from rxvoice.testing.strategies import Played, play

from ._case import Case, Log
from ._parts import Make, Parts
from ._probe import Probe
from ._process import ProcessWatch


class Stage:
    """A virtual loop with an operator, its source and its stand-ins, made anew for each run.

    Python collects no garbage meanwhile, so that what is left does not depend on what ran before.

    Args:
        make: Makes the operator.
        case: What it is tried with.
        deaf: Whether stand-ins go on when they are unsubscribed.
        seed: Order of what happens at the same instant; 0 for that in which it was scheduled.
        watch: Whether threads and sockets count as left.

    Attributes:
        loop: The loop.
        scheduler: Its scheduler.
        operator: The operator.
        source: The source.
        parts: Its stand-ins.
        stream: The operator applied to the source.
    """

    def __init__(
        self, make: Make, case: Case, *, deaf: bool = False, seed: int = 0, watch: bool = False
    ) -> None:
        self._case = case
        self._process = ProcessWatch() if watch else None
        self._collects = gc.isenabled()
        with seeded(seed or None):
            self.loop: VirtualLoop = VirtualLoop()
        self.scheduler: LoopScheduler = LoopScheduler(self.loop)
        self.parts: Parts = Parts(case.stand_ins, deaf=deaf)
        self.source: Played[Any] = play(case.source, "source")
        gc.disable()
        if self._process is not None:
            self._process.enter()
        try:
            self.operator: Operator[Any, Any] = make(self.parts)
            self.stream: Observable[Any] = self.operator(self.source)
        except BaseException:
            self._leave()
            raise

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._process is not None:
            self._process.leave()
        if self._collects:
            gc.enable()
        abandon(self.loop)

    def again(self) -> Observable[Any]:
        """Apply the same operator to the source once more."""
        return self.operator(self.source)

    def probe(self, stream: Observable[Any] | None = None, *, guarded: bool = False) -> Probe:
        """Make a subscriber; it subscribes when it is told to."""
        subject = self.stream if stream is None else stream
        return Probe(subject, self.source, self.scheduler, guarded=guarded)

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Call a function at a time, before what was not yet scheduled for that time."""
        self.loop.call_at(seconds, action)

    def run(self, until: float | None = None) -> None:
        """Let time pass until nothing is left to do, or until a time."""
        self.loop.run_until_idle(self._case.limit if until is None else until)

    def left(self) -> list[str]:
        """Tell what is still there, now that nothing should be."""
        finish_tasks(self.loop)
        found = leftovers(self.loop, threads=False)
        used = [*([self.source] if self.source.open else []), *self.parts.open]
        found += [f"{played.open} subscription(s) to {played.name}" for played in used]
        return found if self._process is None else found + self._process.left()

    def unheard(self) -> list[dict[str, Any]]:
        """Return what failed without anybody hearing of it, as asyncio tells of it."""
        gc.collect(0)  # a task tells of its failure when it is freed
        return [*self.loop.unhandled]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run.

    Attributes:
        log: Time and notification.
        surplus: What came after the end.
        unheard: What failed without anybody hearing of it.
        early: Whether it ended before the source did.
        reused: Whether a stand-in was used several times.
    """

    log: Log
    surplus: Log
    unheard: list[str]
    early: bool
    reused: bool


def run(make: Make, case: Case, *, began: float = 0.0, deaf: bool = False, seed: int = 0) -> Ran:
    """Run a case from a time to its end; the same run is not done twice for one case."""
    key = ("run", make, began, deaf, seed)
    if key not in case.runs:
        with Stage(make, case, deaf=deaf, seed=seed) as stage:
            probe = stage.probe()
            stage.at(began, probe.start)
            stage.run(began + case.limit)
            probe.stop()
            case.runs[key] = Ran(
                probe.log,
                probe.surplus,
                [str(context.get("exception") or context) for context in stage.unheard()],
                probe.early,
                stage.parts.reused,
            )
    return case.runs[key]


def items_of(log: Log) -> list[Any]:
    """Return the values of a log."""
    return [note.value for _, note in log if isinstance(note, OnNext)]


__all__ = ["Ran", "Stage", "items_of", "run"]

"""Where an operator is run."""

import os
import stat
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from reactivex import Observable, abc
from reactivex.disposable import SingleAssignmentDisposable
from reactivex.scheduler import CurrentThreadScheduler

from rxvoice._types import Operator
from rxvoice.clock import LoopScheduler
from rxvoice.testing._leaks import leftovers
from rxvoice.testing._loop import VirtualLoop
from rxvoice.testing._notifications import Notification, OnCompleted, OnError, OnNext
from rxvoice.testing._run import abandon, finish_tasks
from rxvoice.testing._seeds import seeded
from rxvoice.testing.strategies import Played, Timeline, play

from ._case import Case, Log
from ._tags import tagged

_THREAD_GRACE = 0.05
"""Real seconds that a thread which was told to end has to do so."""


class Parts(Mapping[str, Played[Any]]):
    """The stand-ins that an operator is built with, by name.

    Each look-up makes a new stream, which starts anew for every subscriber. After the operator
    was unsubscribed none of them may still be in use.

    Attributes:
        made: All streams that were made.
        replying: Those of them that tell to which reply they belong.
    """

    def __init__(self, timelines: Mapping[str, Timeline[Any]], *, deaf: bool = False) -> None:
        self.made: list[Played[Any]] = []
        self.replying: list[Played[Any]] = []
        self._timelines = timelines
        self._deaf = deaf

    def __getitem__(self, name: str) -> Played[Any]:
        return self._play(self._timelines[name], name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._timelines)

    def __len__(self) -> int:
        return len(self._timelines)

    def tagged(self, name: str, reply: int) -> Played[Any]:
        """Return a stand-in whose items tell to which reply they belong.

        Args:
            name: Of the stand-in.
            reply: A number, from 1 on, that is larger for each further reply.
        """
        timeline = self._timelines[name].map(lambda item: tagged(item, reply))
        made = self._play(timeline, f"{name} of reply {reply}")
        self.replying.append(made)
        return made

    def _play(self, timeline: Timeline[Any], name: str) -> Played[Any]:
        made = play(timeline, name, deaf=self._deaf)
        self.made.append(made)
        return made


Make: TypeAlias = Callable[[Parts], Operator[Any, Any]]
"""Makes the operator anew, of stand-ins."""


class Probe(abc.ObserverBase[Any]):
    """A subscriber that trusts nobody.

    RxPY puts an observer around each subscriber that hides what comes after the end or after
    unsubscribing. Unless ``guarded`` this one is subscribed without it.

    Attributes:
        log: Time and notification.
        late: What came after it had unsubscribed.
        surplus: What came after the end.
        stopped: When it unsubscribed.
        ended: Whether the stream has ended.
        early: Whether it ended before its source did.
        react: Called with the number of each notification, from 1 on.
    """

    def __init__(self, stage: "Stage", stream: Observable[Any], *, guarded: bool = False) -> None:
        self.log: Log = []
        self.late: Log = []
        self.surplus: Log = []
        self.stopped: float | None = None
        self.react: Callable[[int], None] = lambda count: None
        self._stage = stage
        self._stream = stream
        self._guarded = guarded
        self._subscription = SingleAssignmentDisposable()
        self._depth = 0
        self._lenient = False
        self._count = 0
        self.ended = False
        self.early = False

    def start(self) -> None:
        """Subscribe."""
        scheduler = self._stage.scheduler
        if self._guarded:
            self._subscription.disposable = self._stream.subscribe(self, scheduler=scheduler)
            return

        def subscribe(_: object = None, __: object = None) -> None:
            core = self._stream._subscribe_core  # pyright: ignore[reportPrivateUsage]
            self._subscription.disposable = core(self, scheduler)

        trampoline = CurrentThreadScheduler.singleton()
        if trampoline.schedule_required():
            trampoline.schedule(subscribe)
        else:
            subscribe()

    def stop(self) -> None:
        """Unsubscribe.

        From inside of a notification what the operator was about to emit does not count as late.
        """
        if self.stopped is None:
            self.stopped = self._stage.loop.time()
            self._lenient = self._depth > 0
            self._stage.loop.call_soon(self._be_strict)
        self._subscription.dispose()

    def on_next(self, value: Any) -> None:
        """Note a value."""
        self._note(OnNext(value))

    def on_error(self, error: Exception) -> None:
        """Note the failure, and unsubscribe."""
        self._end(OnError(error))

    def on_completed(self) -> None:
        """Note the completion, and unsubscribe."""
        self._end(OnCompleted())

    def _be_strict(self) -> None:
        self._lenient = False

    def _end(self, note: Notification) -> None:
        first, self.ended = not self.ended, True
        if first:
            self.early = not self._stage.source.ended
        self._note(note, first)
        if first:
            self._subscription.dispose()

    def _note(self, note: Notification, first: bool = False) -> None:
        entry = (self._stage.loop.time(), note)
        if self.stopped is not None:
            if not self._lenient:
                self.late.append(entry)
            return
        if self.ended and not first:
            self.surplus.append(entry)
            return
        self.log.append(entry)
        self._count += 1
        self._depth += 1
        try:
            self.react(self._count)
        finally:
            self._depth -= 1


class Stage:
    """A virtual loop with an operator, its source and its stand-ins, made anew for each run.

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
        self._watch = watch
        self._threads = set(threading.enumerate())
        self._sockets = _open_sockets() if watch else set[int]()
        with seeded(seed or None):
            self.loop: VirtualLoop = VirtualLoop()
        if watch:
            self._sockets |= _open_sockets()  # the loop has some
        self.scheduler: LoopScheduler = LoopScheduler(self.loop)
        self._case = case
        self.parts: Parts = Parts(case.stand_ins, deaf=deaf)
        self.source: Played[Any] = play(case.source, "source")
        self.operator: Operator[Any, Any] = make(self.parts)
        self.stream: Observable[Any] = self.operator(self.source)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        abandon(self.loop)

    def again(self) -> Observable[Any]:
        """Apply the same operator to the source once more."""
        return self.operator(self.source)

    def probe(self, stream: Observable[Any] | None = None, *, guarded: bool = False) -> Probe:
        """Make a subscriber; it subscribes when it is told to."""
        return Probe(self, self.stream if stream is None else stream, guarded=guarded)

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
        for played in [self.source, *self.parts.made]:
            if played.open:
                found.append(f"{played.open} subscription(s) to {played.name}")
        for thread in set(threading.enumerate()) - self._threads:
            thread.join(_THREAD_GRACE)
            if thread.is_alive():
                found.append(f"thread {thread.name!r}")
        sockets = len(_open_sockets() - self._sockets) if self._watch else 0
        if sockets:
            found.append(f"{sockets} socket(s)")
        return found

    @property
    def unheard(self) -> list[str]:
        """What failed without anybody hearing of it."""
        return [str(context.get("exception") or context) for context in self.loop.unhandled]


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
            uses = Counter(played.name for played in stage.parts.made if played.uses)
            reused = any(count > 1 for count in uses.values())
            case.runs[key] = Ran(probe.log, probe.surplus, stage.unheard, probe.early, reused)
    return case.runs[key]


def items_of(log: Log) -> list[Any]:
    """Return the values of a log."""
    return [note.value for _, note in log if isinstance(note, OnNext)]


def _open_sockets() -> set[int]:
    """Return the inodes of this process's sockets, where the system tells."""
    found: set[int] = set()
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for number in numbers:
        try:
            status = os.stat(int(number))
        except OSError:
            continue
        if stat.S_ISSOCK(status.st_mode):
            found.add(status.st_ino)
    return found


__all__ = ["Make", "Parts", "Probe", "Ran", "Stage", "items_of", "run"]

"""Asking an interruption policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rxvoice._disposables import SerialDisposable, SingleAssignmentDisposable
from rxvoice._stream import Inlet
from rxvoice.clock import LoopScheduler
from rxvoice.contracts import FloorInput, InterruptionPolicy, Verdict
from rxvoice.items import Fault, Metric, Pause, Resume
from rxvoice.operators._unheard import unheard


class Floor:
    """Asks a policy during one reply, and the next one when that has failed.

    Args:
        policies: Who is asked, in this order.
        clock: Scheduler of the subscriptions.
        decided: Called with the verdicts.
        told: Called with what else the policies say, and with a `Fault` when one has failed.
        waiting: Called for the turns about which nothing is decided yet; the next policy sees them.
    """

    def __init__(
        self,
        policies: Sequence[InterruptionPolicy],
        clock: LoopScheduler,
        decided: Callable[[Verdict], None],
        told: Callable[[Fault | Metric], None],
        waiting: Callable[[], Sequence[FloorInput]],
    ) -> None:
        self._policies = list(policies)
        self._clock = clock
        self._decided = decided
        self._told = told
        self._waiting = waiting
        self._seen: Inlet[FloorInput] = Inlet()
        self._subscription = SerialDisposable()
        self._pausing = False

    def open(self) -> None:
        """Let the first policy decide from now on; it may do so at once."""
        policy, seen = self._policies.pop(0), self._seen
        self._subscription.disposable = inner = SingleAssignmentDisposable()
        try:
            answers = policy(seen)
        except Exception as error:
            self._failed(error)
            return
        inner.disposable = answers.subscribe(
            self._answered, self._failed, self._go_on, scheduler=self._clock
        )

    def see(self, item: FloorInput) -> None:
        """Let the policy see an item."""
        self._seen.on_next(item)

    def close(self) -> None:
        """Tell it that nothing more will come."""
        self._seen.on_completed()

    def dispose(self) -> None:
        """Ask no more."""
        self._subscription.dispose()
        self._decided = self._told = unheard

    def _answered(self, item: Verdict | Fault | Metric) -> None:
        if isinstance(item, Fault | Metric):
            self._told(item)
        else:
            self._pausing = isinstance(item, Pause)
            self._decided(item)

    def _failed(self, error: Exception) -> None:
        self._told(Fault("interruption", f"the policy failed: {error}", cause=error))
        self._go_on()
        if self._policies and not self._subscription.is_disposed:
            self._seen = Inlet()  # who failed may still listen to the old one
            self.open()
            for item in self._waiting():
                self.see(item)

    def _go_on(self) -> None:
        """What a policy that is gone has paused goes on."""
        if self._pausing:
            self._pausing = False
            self._decided(Resume())


__all__ = ["Floor"]

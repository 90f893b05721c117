"""`from_signals`."""

import contextlib
import signal
from collections.abc import Callable
from typing import Any

from reactivex import Observable, abc

from rxvoice._disposables import Disposable
from rxvoice._stream import Stream
from rxvoice.clock import loop_scheduler


def from_signals(*signals: signal.Signals) -> Observable[signal.Signals]:
    """Emit the signals that the process is sent, instead of being ended by them.

    The way in which a process ends is then decided by a pipe, such as
    ``stream.pipe(ops.take_until(from_signals()))``, which unsubscribes from everything at the
    first one, so that sinks end as they do at the end of a call. Several subscribers, for instance
    of several calls, each get every signal. When the last one has left, a signal does again what it
    did before, unless that was a handler that somebody else had added to the loop: such a one is
    replaced and does not come back. It never completes.

    Args:
        signals: Which; SIGINT, which Ctrl-C sends, and SIGTERM unless given.

    Returns:
        The stream. It has to be subscribed on the loop of the main thread; elsewhere, and on
        Windows, it fails with what the loop raises.
    """
    wanted = signals or (signal.SIGINT, signal.SIGTERM)

    def subscribe(
        observer: abc.ObserverBase[signal.Signals], scheduler: abc.SchedulerBase | None = None
    ) -> abc.DisposableBase:
        loop = loop_scheduler(scheduler).loop
        told: Callable[[signal.Signals], None] = observer.on_next
        taken: list[signal.Signals] = []

        def leave() -> None:
            for one in taken:
                listeners = _listeners[loop, one]
                listeners.remove(told)
                if not listeners:
                    del _listeners[loop, one]
                    with contextlib.suppress(RuntimeError):  # the loop is closed
                        before = _before.pop(one)
                        if loop.remove_signal_handler(one) and before is not None:
                            signal.signal(one, before)

        try:
            for one in wanted:
                if (loop, one) not in _listeners:
                    loop.remove_signal_handler(one)  # somebody else's
                    before = signal.getsignal(one)
                    loop.add_signal_handler(one, _came, loop, one)
                    _before[one] = before
                    _listeners[loop, one] = []
                _listeners[loop, one].append(told)
                taken.append(one)
        except (NotImplementedError, RuntimeError, ValueError) as error:
            leave()
            observer.on_error(error)
            return Disposable()
        return Disposable(leave)

    return Stream(subscribe)


_listeners: dict[tuple[object, signal.Signals], list[Callable[[signal.Signals], None]]] = {}
"""Who is told, by loop and signal: a process has one handler of each."""

_before: dict[signal.Signals, Any] = {}
"""What signals did before somebody was told; asyncio's runner has its own way with SIGINT."""


def _came(loop: object, one: signal.Signals) -> None:
    for told in list(_listeners.get((loop, one), ())):
        told(one)

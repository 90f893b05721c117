"""What the local models share: one copy a process, loaded once, off the loop."""

import threading
from asyncio import wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, Protocol, TypeVar, runtime_checkable

from rxvoice.aio import in_thread

T = TypeVar("T")


@runtime_checkable
class Preparable(Protocol):
    """A provider that can load its model before it is needed."""

    async def prepare(self) -> None:
        """Load and warm up; at once when that was done before.

        Raises:
            ModelError: When the model cannot be had or used.
        """
        ...


class Shared(Generic[T]):
    """A value that is made once for the whole process, in a worker thread, when first needed.

    Sessions that ask while it is being made wait for the same one without holding a thread, on
    whatever loops they are. A failure reaches all who wait and is forgotten: who asks next tries
    again. Cancelling one who waits harms no other.

    Args:
        make: Makes the value; called in a worker thread.
        name: Of the job, told when it does not end.
    """

    def __init__(self, make: Callable[[], T], *, name: str) -> None:
        self._make = make
        self._name = name
        self._lock = threading.Lock()
        self._made: list[T] = []
        self._attempt: _Attempt | None = None

    @property
    def made(self) -> bool:
        """Whether the value is there."""
        return bool(self._made)

    @property
    def value(self) -> T:
        """The value.

        Raises:
            RuntimeError: When it has not been made.
        """
        if not self._made:
            raise RuntimeError(f"{self._name}: not done yet")
        return self._made[0]

    async def get(self) -> T:
        """Return the value; make it if need be."""
        while not self._made:
            with self._lock:
                attempt, mine = self._attempt, self._attempt is None
                if attempt is None:
                    attempt = self._attempt = _Attempt()
            if mine:
                try:
                    await in_thread(self._run, attempt, name=self._name)
                finally:
                    self._give_up(attempt)
            else:
                await attempt.ended()
        return self._made[0]

    def _run(self, attempt: "_Attempt") -> None:
        with self._lock:
            if self._attempt is not attempt:
                return
            attempt.begun = True
        try:
            value = self._make()
        except BaseException as error:
            self._end(attempt)
            attempt.future.set_exception(error)
            raise
        self._made.append(value)
        self._end(attempt)
        attempt.future.set_result(None)

    def _end(self, attempt: "_Attempt") -> None:
        with self._lock:
            if self._attempt is attempt:
                self._attempt = None

    def _give_up(self, attempt: "_Attempt") -> None:
        """Let another take over when the job was cancelled before a thread took it."""
        with self._lock:
            if attempt.begun or self._attempt is not attempt:
                return
            self._attempt = None
        attempt.future.set_result(None)


class _Attempt:
    def __init__(self) -> None:
        self.begun = False
        self.future: Future[None] = Future()
        # A running future cannot be cancelled, so that no waiter takes it from the others.
        self.future.set_running_or_notify_cancel()

    async def ended(self) -> None:
        await wrap_future(self.future)


__all__ = ["Preparable", "Shared"]

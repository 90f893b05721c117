"""Blocking functions, run at once where a thread would run them."""

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ._outer import no_running_loop

T = TypeVar("T")


class Job(asyncio.Future[T]):
    """The result of a function that has run, which is not there before its time.

    Args:
        loop: The loop.
        fn: The function; it runs now, in a copy of this context, and sees no running loop, as in a
            thread.
        args: Its arguments.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, fn: Callable[..., T], args: Sequence[Any]
    ) -> None:
        super().__init__(loop=loop)
        self.timer: asyncio.TimerHandle | None = None
        self._told: str = getattr(fn, "__name__", None) or repr(fn)
        self._raised: Exception | None = None
        self._value: T | None = None
        try:
            with no_running_loop():
                self._value = contextvars.copy_context().run(fn, *args)
        except StopIteration as stop:  # a future refuses it
            self._raised = RuntimeError(f"{self._told} raised StopIteration")
            self._raised.__cause__ = stop
        except Exception as error:
            self._raised = error

    def settle(self) -> None:
        """Give the result to whoever waits for it."""
        if self.done():
            return
        if self._raised is None:
            self.set_result(self._value)  # pyright: ignore[reportArgumentType]
        else:
            self.set_exception(self._raised)

    def cancel(self, msg: Any | None = None) -> bool:
        """Forget the result; an exception reaches the loop's exception handler."""
        if not super().cancel(msg):
            return False
        if self.timer is not None:
            self.timer.cancel()
        if self._raised is not None:
            message = f"{self._told} failed after nobody waited for it any more"
            self.get_loop().call_exception_handler(
                {"message": message, "exception": self._raised, "future": self}
            )
        return True


__all__ = ["Job"]

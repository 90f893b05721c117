"""RxPY's disposables without locks, for what lives on one loop.

Each of RxPY's has a lock, which costs more than what it guards, and a call has some two hundred of
them. Nobody here is told from two threads at a time: what other threads have to say comes by
`rxvoice.aio.ThreadIngress`. They do what RxPY's do, also when disposing calls back.
"""

from collections.abc import Callable

from reactivex import abc


class Disposable(abc.DisposableBase):
    """Calls a function when it is disposed, once.

    Args:
        action: The function; nothing unless given.

    Attributes:
        is_disposed: Whether it was.
    """

    __slots__ = ("_action", "is_disposed")

    def __init__(self, action: Callable[[], object] | None = None) -> None:
        self.is_disposed: bool = False
        self._action = action

    def dispose(self) -> None:
        """Call the function, unless it was called."""
        if not self.is_disposed:
            self.is_disposed = True
            action, self._action = self._action, None
            if action is not None:
                action()


class _Holder(abc.DisposableBase):
    """Holds a disposable, or none."""

    __slots__ = ("_current", "is_disposed")

    def __init__(self) -> None:
        self.is_disposed: bool = False
        self._current: abc.DisposableBase | None = None

    def dispose(self) -> None:
        """Dispose of what it holds, and of what it is given later."""
        self.is_disposed = True
        current, self._current = self._current, None
        if current is not None:
            current.dispose()


class SingleAssignmentDisposable(_Holder):
    """Takes one disposable, be it after it was disposed itself.

    Attributes:
        is_disposed: Whether it was.
    """

    __slots__ = ()

    @property
    def disposable(self) -> abc.DisposableBase | None:
        """What it holds. A second one is a `RuntimeError`."""
        return self._current

    @disposable.setter
    def disposable(self, value: abc.DisposableBase) -> None:
        if self._current is not None:
            raise RuntimeError("it holds a disposable already")
        if self.is_disposed:
            value.dispose()
        else:
            self._current = value


class SerialDisposable(_Holder):
    """Holds the latest of several disposables, and disposes of the one before.

    Attributes:
        is_disposed: Whether it was disposed.
    """

    __slots__ = ()

    @property
    def disposable(self) -> abc.DisposableBase | None:
        """What it holds."""
        return self._current

    @disposable.setter
    def disposable(self, value: abc.DisposableBase | None) -> None:
        if self.is_disposed:
            if value is not None:
                value.dispose()
            return
        old, self._current = self._current, value
        if old is not None:
            old.dispose()


class CompositeDisposable(abc.DisposableBase):
    """Holds several disposables.

    Args:
        parts: The first ones.

    Attributes:
        is_disposed: Whether it was disposed.
    """

    __slots__ = ("_parts", "is_disposed")

    def __init__(self, *parts: abc.DisposableBase) -> None:
        self.is_disposed: bool = False
        self._parts = list(parts)

    def add(self, part: abc.DisposableBase) -> None:
        """Take one more; it is disposed at once when all have been."""
        if self.is_disposed:
            part.dispose()
        else:
            self._parts.append(part)

    def remove(self, part: abc.DisposableBase) -> bool:
        """Dispose of one and forget it; return whether it was there."""
        if part not in self._parts:
            return False
        self._parts.remove(part)
        part.dispose()
        return True

    def dispose(self) -> None:
        """Dispose of all, in their order, and of what is added later."""
        if self.is_disposed:
            return
        self.is_disposed = True
        parts, self._parts = self._parts, []
        for part in parts:
            part.dispose()


__all__ = ["CompositeDisposable", "Disposable", "SerialDisposable", "SingleAssignmentDisposable"]

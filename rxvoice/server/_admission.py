"""Room for sessions."""

from ._limits import Excess, Limits


class Place:
    """The room that one session takes.

    It may be used as a context manager.
    """

    __slots__ = ("_admission",)

    def __init__(self, admission: "Admission") -> None:
        self._admission: Admission | None = admission

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give it back; idempotent."""
        admission, self._admission = self._admission, None
        if admission is not None:
            admission.left()


class Admission:
    """Counts sessions, and refuses those for which there is no room.

    Args:
        limits: How many there may be.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.max_sessions
        self._retry_after = limits.retry_after
        self._active = 0
        self._draining = False

    @property
    def active(self) -> int:
        """Sessions that there are."""
        return self._active

    @property
    def draining(self) -> bool:
        """Whether nobody is let in any more."""
        return self._draining

    def enter(self) -> Place | Excess:
        """Take a place, or return why there is none."""
        if self._draining:
            return Excess("draining", self._retry_after)
        if self._active >= self._most:
            return Excess("capacity", self._retry_after)
        self._active += 1
        return Place(self)

    def drain(self) -> None:
        """Let nobody in from now on; idempotent."""
        self._draining = True

    def left(self) -> None:
        """Take a place back; `Place.leave` calls it."""
        self._active -= 1


__all__ = ["Admission", "Place"]

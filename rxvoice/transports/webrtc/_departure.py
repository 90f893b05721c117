"""The end, and who has to know of it."""

from collections.abc import Callable


class Departure:
    """Happens once.

    Attributes:
        over: Whether it has happened.
    """

    def __init__(self) -> None:
        self.over: bool = False
        self._actions: list[Callable[[], None]] = []

    def when(self, action: Callable[[], None]) -> None:
        """Call a function then; at once if it has happened."""
        if self.over:
            action()
        else:
            self._actions.append(action)

    def tell(self) -> None:
        """Let it happen."""
        self.over = True
        actions, self._actions = self._actions, []
        for action in actions:
            action()


__all__ = ["Departure"]

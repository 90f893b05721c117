"""What was played, as the line tells by sending marks back."""

from typing import Final

_MOST: Final = 4_096


class Marks:
    """Names the places in what is sent, and knows them again.

    Lines answer a mark when all before it was played; some answer all of them when what waits is
    dropped. So none that was sent before `clear` counts any more.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._waiting: dict[str, float] = {}

    def name(self, end: float) -> str:
        """Return the name of a mark.

        Args:
            end: Time just after the audio before it, as in the bot's frames.
        """
        self._sent += 1
        name = f"played-{self._sent}"
        self._waiting[name] = end
        if len(self._waiting) > _MOST:
            del self._waiting[next(iter(self._waiting))]
        return name

    def answered(self, name: str) -> float | None:
        """Return the time up to which was played; None when the mark means nothing (any more)."""
        if name not in self._waiting:
            return None
        while True:
            first = next(iter(self._waiting))
            end = self._waiting.pop(first)
            if first == name:
                return end

    def clear(self) -> None:
        """Forget what was sent."""
        self._waiting.clear()


__all__ = ["Marks"]

"""How far the bot has been heard, from how much a player has played."""

from collections import deque


class PlayedTime:
    """Knows which time each sample belongs to that was given to a player.

    It serves every sink whose player counts what it has played, be it the device's thread, a
    browser, or a telephone line that sends marks back.

    Args:
        most: How many pieces that were given are remembered, the oldest of which are forgotten for
            new ones; all that the player has not told of unless given.
    """

    def __init__(self, *, most: int | None = None) -> None:
        self._given = 0
        # first, last, end, rate
        self._pieces: deque[tuple[int, int, float, int]] = deque(maxlen=most)
        self._latest: float | None = None

    @property
    def waiting(self) -> bool:
        """Whether something was given that was not played by the last position."""
        return bool(self._pieces)

    def give(self, count: int, end: float, rate: int) -> None:
        """Note that samples were given to the player.

        Args:
            count: How many.
            end: Time just after the last of them, as in the bot's frames.
            rate: Samples a second that the player plays.
        """
        if count > 0:
            self._pieces.append((self._given, self._given + count, end, rate))
            self._given += count

    def clear(self, position: int) -> None:
        """Note that the player has dropped all that it had not played.

        Args:
            position: How many samples it had played by then.
        """
        self.at(position)
        self._pieces.clear()

    def at(self, position: float) -> float | None:
        """Return the time up to which was played, or `None` when nothing was.

        Args:
            position: How many samples were played or dropped so far, of all that were given.
        """
        while self._pieces and self._pieces[0][0] < position:
            _, last, end, rate = self._pieces[0]
            self._note(end - max(last - position, 0.0) / rate)
            if last > position:
                break
            self._pieces.popleft()
        return self._latest

    def _note(self, time: float) -> None:
        if self._latest is None or time > self._latest:
            self._latest = time


__all__ = ["PlayedTime"]

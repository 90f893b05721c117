"""When a connection that was lost, or did not come about, is opened again."""

from dataclasses import dataclass

from rxvoice.errors import ProviderError


@dataclass(frozen=True, slots=True)
class Reconnect:
    """How connections are opened again.

    Attributes:
        attempts: How often in a row it may fail.
        first: Seconds before the second attempt; the first is made at once.
        longest: Seconds before later ones, each of which waits twice as long as the last.
        quick: Seconds that a connection lasts at least, unless the server closed it on purpose.
    """

    attempts: int = 3
    first: float = 4.0
    longest: float = 10.0
    quick: float = 5.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, got {self.attempts}")
        for name in ("first", "longest", "quick"):
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")


class Losses:
    """Counts what went wrong in a row.

    Args:
        provider: For the error.
        rules: What is borne.

    Attributes:
        told: Whether somebody was told since it last went well.
    """

    def __init__(self, provider: str, rules: Reconnect) -> None:
        self.told: bool = False
        self._provider = provider
        self._rules = rules
        self._failed = self._quick = 0

    def failed(self, error: ProviderError) -> float:
        """Count an attempt that failed, and return the seconds to wait.

        Raises:
            ProviderError: When it was the last one, or another cannot help.
        """
        if not error.retryable:
            raise error
        self._failed += 1
        if self._failed >= self._rules.attempts:
            message = f"no connection in {self._failed} attempts; the last: {error}"
            raise ProviderError(message, provider=self._provider, fatal=False) from error
        return max(self._pause(self._failed), error.retry_after or 0.0)

    def lost(self, error: ProviderError, age: float, *, proven: bool) -> float:
        """Count a connection that was lost, and return the seconds to wait.

        Args:
            error: Why.
            age: How long it had lasted.
            proven: Whether the server had answered on it.

        Raises:
            ProviderError: When too many did not last, or another cannot help.
        """
        if not error.retryable:
            raise error
        if proven:
            self._failed = 0
        if age >= self._rules.quick:
            self.well()
            return 0.0
        self._quick += 1
        if self._quick >= self._rules.attempts:
            message = (
                f"{self._quick} connections in a row were closed within "
                f"{self._rules.quick:g} s; the last: {error}"
            )
            raise ProviderError(message, provider=self._provider, fatal=False) from error
        return self._pause(self._quick - 1)

    def ended(self, age: float, *, useful: bool) -> float:
        """Count a connection that the server ended in good form, and return the seconds to wait.

        Args:
            age: How long it had lasted.
            useful: Whether anything was recognised on it.

        Raises:
            ProviderError: When too many ended at once, for nothing.
        """
        if useful or age >= self._rules.quick:
            self.well()
            return 0.0
        self._quick += 1
        if self._quick >= self._rules.attempts:
            message = (
                f"the server ended {self._quick} sessions in a row within "
                f"{self._rules.quick:g} s, and nothing was recognised"
            )
            raise ProviderError(message, provider=self._provider, fatal=False)
        return self._pause(self._quick - 1)

    def well(self) -> None:
        """Begin to count anew: a connection has lasted."""
        self._failed = self._quick = 0
        self.told = False

    def _pause(self, count: int) -> float:
        return (
            0.0 if not count else min(self._rules.first * 2.0 ** (count - 1), self._rules.longest)
        )


__all__ = ["Losses", "Reconnect"]

"""What a stream did, as values that can be compared."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from ._match import same, same_error


class MarbleError(Exception):
    """What ``#`` means in a diagram for which no error is given."""

    def __init__(self, message: str = "#") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True, eq=False)
class OnNext:
    """The stream emitted a value.

    Attributes:
        value: The value, or one that describes it.
    """

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OnNext) and same(self.value, other.value)

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} may hold a matcher and cannot be hashed")


@dataclass(frozen=True, slots=True, eq=False)
class OnError:
    """The stream failed.

    Attributes:
        error: The exception, or its type, or a matcher.
    """

    error: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OnError) and same_error(self.error, other.error)

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} may hold a matcher and cannot be hashed")


@dataclass(frozen=True, slots=True)
class OnCompleted:
    """The stream came to its end."""


Notification: TypeAlias = OnNext | OnError | OnCompleted

__all__ = ["MarbleError", "Notification", "OnCompleted", "OnError", "OnNext"]

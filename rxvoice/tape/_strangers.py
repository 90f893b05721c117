"""What stands for things that a tape names and does not hold."""

from dataclasses import dataclass, field
from typing import Any

from ._names import TapeError
from ._tags import Tag


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for a value whose class is not known here, or that cannot be kept.

    Attributes:
        name: Of the class, as ``module:name``.
        values: What was kept of it, by name.
        tag: How the tape holds it.
    """

    name: str
    values: tuple[tuple[str, Any], ...] = ()
    tag: int = field(default=Tag.ITEM, repr=False, compare=False)


class NotKept:
    """Stands for a function: a tape holds only its name.

    Args:
        name: As ``module:name``.
    """

    def __init__(self, name: str) -> None:
        self.__module__, _, self.__qualname__ = name.partition(":")
        self.__name__ = self.__qualname__.rpartition(".")[2]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse.

        Raises:
            TapeError: Always.
        """
        raise TapeError(
            f"{self.__module__}:{self.__qualname__} is not kept on a tape; keepable makes it known"
        )


class TapedError(TapeError):
    """Stands for an exception whose class is not known here; its message is the same.

    Args:
        kind: The class, as ``module:name``.
        told: Its arguments.
        state: Its attributes.
    """

    def __init__(self, kind: str, told: tuple[Any, ...], state: dict[str, Any]) -> None:
        super().__init__(f"{kind}: {', '.join(map(str, told))}")
        self.kind: str = kind
        self.told: tuple[Any, ...] = told
        self.state: dict[str, Any] = state


__all__ = ["NotKept", "TapedError", "Unknown"]

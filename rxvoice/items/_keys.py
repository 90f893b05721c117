"""The keys of a telephone."""

from dataclasses import dataclass

KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key of the telephone keypad was pressed.

    Attributes:
        key: One of ``0123456789*#``.

    Raises:
        ValueError: When it is anything else.
    """

    key: str

    def __post_init__(self) -> None:
        check_key(self.key, "key")


def check_key(key: str, name: str) -> None:
    """Refuse what is not a single key of the keypad.

    Raises:
        ValueError: It names the argument.
    """
    if len(key) != 1 or key not in KEYS:
        raise ValueError(f"{name} must be one of {KEYS}, got {key!r}")


__all__ = ["KEYS", "Dtmf", "check_key"]

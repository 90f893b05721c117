"""The keys of a telephone."""

from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True, init=False)
class DtmfOut:
    """Keys that the bot presses, such as in somebody else's telephone menu.

    Made of keys one by one or of what is dialled, ``DtmfOut("123#")``, which is what `str` gives
    back.

    Attributes:
        keys: At least one of ``0123456789*#``, in their order.
        urgent: Whether they go before the audio that waits to be heard; else they follow it.

    Args:
        keys: The keys; they count when ``button`` is given, too.
        urgent: As above.
        button: A single key, short for a list of one.

    Raises:
        ValueError: When there is no key, or one that does not exist.
    """

    keys: tuple[str, ...]
    urgent: bool

    def __init__(
        self, keys: Iterable[str] = (), urgent: bool = False, *, button: str | None = None
    ) -> None:
        several = tuple(keys)
        for key in several:
            check_key(key, "keys")
        if not several:
            if button is None:
                raise ValueError("keys must hold at least one key")
            check_key(button, "button")
            several = (button,)
        object.__setattr__(self, "keys", several)
        object.__setattr__(self, "urgent", urgent)

    def __str__(self) -> str:
        return "".join(self.keys)


def check_key(key: str, name: str) -> None:
    """Refuse what is not a single key of the keypad.

    Raises:
        ValueError: It names the argument.
    """
    if key not in tuple(KEYS):
        raise ValueError(f"{name} must be one of {KEYS}, got {key!r}")


__all__ = ["KEYS", "Dtmf", "DtmfOut", "check_key"]

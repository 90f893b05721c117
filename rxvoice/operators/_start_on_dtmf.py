"""`start_on_dtmf`."""

from __future__ import annotations

from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import KEYS, Dtmf, StartTurn
from rxvoice.items._keys import check_key
from rxvoice.operators._start_on import start_on


def start_on_dtmf(
    *, keys: str = KEYS, interrupts: bool = True, announce: bool = True
) -> StartStrategy:
    """Let a turn start when a key of the telephone is pressed.

    Marbles (one column is 20 ms)::

        heard  -k-p-|
        start_on_dtmf(keys="123")
        out    -x---|

        k: Dtmf("1")  p: Dtmf("#")  x: StartTurn("dtmf")

    Args:
        keys: Those that count.
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy; it decides at each `Dtmf` with one of the keys.

    Raises:
        ValueError: When there are no keys, or one of them is none.
    """
    if not keys:
        raise ValueError("keys must not be empty")
    for key in keys:
        check_key(key, "keys")

    def counts(item: TurnInput) -> bool:
        return isinstance(item, Dtmf) and item.key in keys

    return start_on(counts, StartTurn("dtmf", interrupts, announce))

"""`start_on_external`."""

from __future__ import annotations

from rxvoice.contracts import StartStrategy, TurnInput
from rxvoice.items import StartTurn, UserStarted
from rxvoice.operators._start_on import start_on


def start_on_external(
    *, source: str | None = None, interrupts: bool = False, announce: bool = False
) -> StartStrategy:
    """Let a turn start when somebody else says that the user takes the floor.

    That is a recogniser that finds out about turns by itself, another stage, or a key that the user
    holds down (`push_to_talk`). Who says so is taken to have told everybody and to have stopped
    the bot: no `TurnStarted` follows unless ``announce``, and it is that mark that interrupts.

    Marbles (one column is 20 ms)::

        heard  -U-t-V-|
        start_on_external()
        out    -x-----|

        U: UserStarted("flux")  V: UserStopped("flux")  t: Transcript("hello", is_final=True)
        x: StartTurn("external", interrupts=False, announce=False)

    Args:
        source: Only what this one says; what anybody says unless given.
        interrupts: Whether a reply in progress has to give way. This needs ``announce``.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy; it decides at each `UserStarted`.

    Raises:
        ValueError: When it shall interrupt without being announced.
    """
    if interrupts and not announce:
        raise ValueError("interrupts needs announce: it is TurnStarted that interrupts a reply")

    def counts(item: TurnInput) -> bool:
        return isinstance(item, UserStarted) and source in (None, item.source)

    return start_on(counts, StartTurn("external", interrupts, announce))

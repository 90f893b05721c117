"""`start_after_words`."""

from __future__ import annotations

from rxvoice.contracts import StartStrategy
from rxvoice.operators._start_when import start_when
from rxvoice.operators._while_bot_speaks import while_bot_speaks
from rxvoice.operators._words import words


def start_after_words(
    n: int, /, *, interim: bool = True, interrupts: bool = True, announce: bool = True
) -> StartStrategy:
    """Let a turn start after several words while the bot speaks, and otherwise after one.

    The words must be those of one transcript. What is too short is no turn, nor is it put before
    the next one. To know that the bot speaks, `aggregate_turn` needs ``feedback``.

    Marbles (one column is 20 ms)::

        heard  -t--B-t-u-P-t-|
        start_after_words(3)
        out    -x------x---x-|

        t: Transcript("okay", is_final=True)  u: Transcript("please stop it", is_final=True)
        B: BotSpeechStarted(1)  P: BotSpeechStopped(1)  x: StartTurn("words")

    Args:
        n: Words that are needed while the bot speaks.
        interim: Whether interim transcripts count, too.
        interrupts: Whether a reply in progress has to give way.
        announce: Whether `TurnStarted` is emitted.

    Returns:
        The strategy.

    Raises:
        ValueError: When ``n`` is not positive.
    """

    def after(least: int) -> StartStrategy:
        return start_when(
            words(least, interim=interim), reason="words", interrupts=interrupts, announce=announce
        )

    return while_bot_speaks(after(n), otherwise=after(1))

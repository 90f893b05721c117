"""`in_first_bot_speech` and `until_first_bot_speech`."""

from __future__ import annotations

from reactivex import Observable
from reactivex import operators as ops

from rxvoice.contracts import Condition, TurnInput
from rxvoice.items import BotSpeechStarted, BotSpeechStopped


def in_first_bot_speech() -> Condition:
    """Hold while the bot is heard for the first time, and never again.

    Marbles (one column is 20 ms)::

        events  -B--E--B--E-|
        in_first_bot_speech()
        out     ny--(n|)

        B: BotSpeechStarted(1)  E: BotSpeechStopped(1)  y: True  n: False

    Returns:
        The condition. It completes when the first speech is over.
    """
    return _until_it_ends(begin=False)


def until_first_bot_speech() -> Condition:
    """Hold from the very start until the bot's first speech is over.

    Marbles (one column is 20 ms)::

        events  -B--E--B--E-|
        until_first_bot_speech()
        out     y---(n|)

        B: BotSpeechStarted(1)  E: BotSpeechStopped(1)  y: True  n: False

    Returns:
        The condition. It completes when that speech is over.
    """
    return _until_it_ends(begin=True)


def _until_it_ends(*, begin: bool) -> Condition:
    def held(source: Observable[TurnInput]) -> Observable[bool]:
        return source.pipe(
            ops.filter(lambda item: isinstance(item, BotSpeechStarted | BotSpeechStopped)),
            ops.take_while(lambda item: isinstance(item, BotSpeechStarted), inclusive=True),
            ops.map(lambda item: isinstance(item, BotSpeechStarted)),
            ops.start_with(begin),
            ops.distinct_until_changed(),
        )

    return held

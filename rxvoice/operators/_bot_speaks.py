"""`bot_speaks`."""

from rxvoice.contracts import Condition
from rxvoice.items import BotSpeechOngoing, BotSpeechStarted, BotSpeechStopped
from rxvoice.operators._claim import between


def bot_speaks() -> Condition:
    """Hold while the bot is heard.

    That is from `BotSpeechStarted`, or `BotSpeechOngoing`, to `BotSpeechStopped`. A start strategy
    sees these marks when `aggregate_turn` is given ``feedback``; without them the bot never speaks.

    Marbles (one column is 100 ms)::

        heard  --B---S-E---B--|
        bot_speaks()
        out    n-y-----n---y--|

        B: BotSpeechStarted(1)  E: BotSpeechStopped(1)  S: SpeechStarted(pts=1.0)
        y: True  n: False

    Returns:
        The condition.
    """
    return between((BotSpeechStarted, BotSpeechOngoing), BotSpeechStopped)

"""`bot_speaks`."""

from rxvoice.contracts import Condition, TurnInput
from rxvoice.items import BotSpeechOngoing, BotSpeechStarted, BotSpeechStopped
from rxvoice.operators._claim import Judge, claim


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

    def judge(item: TurnInput) -> bool | None:
        match item:
            case BotSpeechStarted() | BotSpeechOngoing():
                return True
            case BotSpeechStopped():
                return False
            case _:
                return None

    def begin() -> Judge:
        return judge

    return claim(begin)

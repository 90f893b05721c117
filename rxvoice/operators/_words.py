"""`words`."""

from __future__ import annotations

from rxvoice.contracts import Condition, TurnInput
from rxvoice.items import (
    BotSpeechStarted,
    BotSpeechStopped,
    SpeechStarted,
    Transcript,
    UserStarted,
)
from rxvoice.operators._claim import Judge, claim
from rxvoice.operators._count_words import count_words


def words(n: int, /, *, across: bool = False, interim: bool = True) -> Condition:
    """Hold once the user has said a number of words.

    The words of one transcript count, until the next one that is not blank takes its place or the
    user begins to speak anew. With ``across`` the words of successive final transcripts add up,
    and those of the interim one that follows them. In both cases the count begins at zero with
    each subscription, and whenever the bot begins or ceases to speak: what was said before is no
    answer to what it says now. A blank final transcript takes an interim one back.

    A word is what stands between blanks and has a letter or a digit in it; of Chinese and Japanese
    each sign counts.

    Marbles (one column is 100 ms)::

        heard  -i-t--S-t-B-iu|
        words(2)
        out    n--y--n-y-n--y|

        i: Transcript("no", is_final=False)  t: Transcript("no, wait!", is_final=True)
        u: Transcript("no, stop!", is_final=True)  S: SpeechStarted(pts=1.0)
        B: BotSpeechStarted(1)  y: True  n: False

    Args:
        n: How many at least.
        across: Whether they may be spread over several transcripts.
        interim: Whether interim transcripts count, too.

    Returns:
        The condition.

    Raises:
        ValueError: When ``n`` is not positive.
    """
    if n < 1:
        raise ValueError(f"n must be positive, got {n}")

    def begin() -> Judge:
        said = guessed = 0

        def judge(item: TurnInput) -> bool | None:
            nonlocal said, guessed
            match item:
                case Transcript(is_final=True):
                    count = count_words(item.text)
                    guessed = 0
                    if across:
                        said += count
                    elif item.text:
                        said = count
                case Transcript() if interim:
                    guessed = count_words(item.text)
                    if guessed and not across:
                        said = 0
                case BotSpeechStarted() | BotSpeechStopped():
                    said = guessed = 0
                case SpeechStarted() | UserStarted() if not across:
                    said = guessed = 0
                case _:
                    return None
            return said + guessed >= n

        return judge

    return claim(begin)

"""What words mean that are said while somebody else speaks.

The lists are English. Sources of `BACKCHANNELS`: the response tokens that studies of conversation
name (Yngve 1970; Gardner 2001), and their spellings by the recognisers that were tried.
"""

import re
from collections.abc import Collection
from typing import Literal, TypeAlias

Meaning: TypeAlias = Literal["backchannel", "unclear", "interruption"]
"""What a text means that is said over the bot's voice."""

BACKCHANNELS: Collection[str] = frozenset(
    (
        "ah",
        "aha",
        "all right",
        "alright",
        "got it",
        "great",
        "hm",
        "hmm",
        "huh",
        "i see",
        "indeed",
        "mhm",
        "mm",
        "mm hm",
        "mm hmm",
        "mmhm",
        "mmhmm",
        "mmm",
        "nice",
        "of course",
        "oh",
        "ok",
        "okay",
        "really",
        "right",
        "sure",
        "uh",
        "uh huh",
        "uh hum",
        "uhhuh",
        "um",
        "um hm",
        "um hum",
        "wow",
        "ya",
        "yea",
        "yeah",
        "yep",
        "yes",
        "yup",
    )
)
"""Whole phrases, without punctuation, in small letters."""

COMMANDS: frozenset[str] = frozenset(
    (
        "actually",
        "again",
        "but",
        "cancel",
        "don't",
        "enough",
        "excuse",
        "hang",
        "hello",
        "help",
        "hey",
        "hold",
        "moment",
        "nah",
        "never",
        "no",
        "nope",
        "not",
        "operator",
        "pardon",
        "pause",
        "please",
        "quiet",
        "repeat",
        "second",
        "shut",
        "slow",
        "slower",
        "sorry",
        "stop",
        "wait",
        "what",
        "what's",
        "when",
        "where",
        "who",
        "why",
        "wrong",
    )
)
"""Single words with which one takes the floor, in small letters."""

_LONGEST = max(len(phrase.split()) for phrase in BACKCHANNELS)
_NO_WORD = re.compile(r"[^\w']+")


def is_backchannel(text: str, /, *, phrases: Collection[str] = BACKCHANNELS) -> bool:
    """Say whether a text is made of nothing but backchannels, such as "uh-huh, right".

    Args:
        text: What was said so far; punctuation and capitals do not matter.
        phrases: What counts, in small letters, without punctuation, of three words at the most.

    Returns:
        False for a blank text, too.
    """
    words = _words(text)
    return bool(words) and not _without(words, phrases)


def meaning(text: str, /, *, few: int = 2) -> Meaning:
    """Say what a text means that is said over the bot's voice.

    It is an interruption when it holds one of `COMMANDS`, or more than ``few`` words besides
    backchannels. Fewer are unclear: what a recogniser makes of a murmur, or a short answer.

    Args:
        text: What was said so far.
        few: Words.
    """
    left = words_besides(text)
    if not left and _words(text):
        return "backchannel"
    if len(left) > few or not COMMANDS.isdisjoint(left):
        return "interruption"
    return "unclear"


def words_besides(text: str, /) -> list[str]:
    """Return the words of a text besides its backchannels, in small letters."""
    return _without(_words(text), BACKCHANNELS)


def _words(text: str) -> list[str]:
    return _NO_WORD.sub(" ", text.lower()).split()


def _without(words: list[str], phrases: Collection[str]) -> list[str]:
    """Leave out the longest phrases that there are, from the left."""
    left: list[str] = []
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            if " ".join(words[at : at + count]) in phrases:
                at += count
                break
        else:
            left.append(words[at])
            at += 1
    return left


__all__ = ["BACKCHANNELS", "COMMANDS", "Meaning", "is_backchannel", "meaning", "words_besides"]

"""Words with which a listener says no more than that they are listening.

The list is English. Sources: the response tokens that studies of conversation name (Yngve 1970;
Gardner 2001), and their spellings by the recognisers that were tried.
"""

import re
from collections.abc import Collection

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
    words = _NO_WORD.sub(" ", text.lower()).split()
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            if " ".join(words[at : at + count]) in phrases:
                at += count
                break
        else:
            return False
    return bool(words)


__all__ = ["BACKCHANNELS", "is_backchannel"]

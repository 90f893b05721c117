"""Which parts of two long sequences fit, within a time that grows little faster than they do."""

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

LONG = 1000
"""Items from which on landmarks are looked for."""

Opcode = tuple[str, int, int, int, int]


def opcodes(one: Sequence[bytes], other: Sequence[bytes]) -> Iterator[Opcode]:
    """Yield what `difflib.SequenceMatcher.get_opcodes` would, or something alike.

    Long sequences are cut at landmarks, and before where they differ for the first time. Where a
    part without any is long, what comes again and again in it is not looked at first.
    """
    landmarks = [(0, 0), *_landmarks(one, other), (len(one), len(other))]
    for (begin, start), (end, stop) in pairwise(landmarks):
        left, right = one[begin:end], other[start:stop]
        alike = _alike(left, right) if len(right) > LONG else 0
        if alike:
            yield "equal", begin, begin + alike, start, start + alike
        left, right = left[alike:], right[alike:]
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=len(right) > LONG)
        begin, start = begin + alike, start + alike
        for tag, at, to, there, until in matcher.get_opcodes():
            yield tag, begin + at, begin + to, start + there, start + until


def _landmarks(one: Sequence[bytes], other: Sequence[bytes]) -> list[tuple[int, int]]:
    """Return the places of what is once in both, in the longest row that is in order in both."""
    if min(len(one), len(other)) <= LONG:
        return []
    mine, theirs = Counter(one), Counter(other)
    places = {key: place for place, key in enumerate(other) if theirs[key] == 1}
    both = [(at, places[key]) for at, key in enumerate(one) if mine[key] == 1 and key in places]
    ends: list[int] = []
    rows: list[tuple[int, int, int]] = []
    last: list[int] = []
    for at, there in both:
        length = bisect_left(ends, there)
        ends[length : length + 1] = [there]
        last[length : length + 1] = [len(rows)]
        rows.append((at, there, last[length - 1] if length else -1))
    found: list[tuple[int, int]] = []
    place = last[-1] if last else -1
    while place >= 0:
        at, there, place = rows[place]
        found.append((at, there))
    return found[::-1]


def _alike(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """Return with how many items both begin."""
    pairs = zip(one, other, strict=False)
    differ = (place for place, (mine, theirs) in enumerate(pairs) if mine != theirs)
    return next(differ, min(len(one), len(other)))


__all__ = ["opcodes"]

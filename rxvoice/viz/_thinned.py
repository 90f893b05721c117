"""Fewer items, for the pages of long sessions."""

import math
from collections.abc import Sequence
from typing import Final

from ._strip import Dot, Strip

LONGEST: Final = 400
"""How many letters of words that follow each other are one item."""

_LIGHT: Final = ("tick", "ring", "word")
_HEAVY: Final = 0.75  # of the room is for the others
_PAUSE: Final = 1.2  # seconds between words that belong together


def thinned(strips: Sequence[Strip], most: int) -> list[list[Dot]]:
    """Return the items of each lane: all, or about as many as there may be.

    Of ticks and of what is not final some are left out first. Words that follow each other become
    one item, so that none is lost, unless there are too many pauses between them. Faults are
    always kept.

    Args:
        strips: The lanes.
        most: How many items there may be; twice as many where words are apart.
    """
    dots = [dot for strip in strips for dot in strip.dots]
    if len(dots) <= most:
        return [strip.dots for strip in strips]
    light = sum(dot.kind in _LIGHT for dot in dots)
    every = math.ceil((len(dots) - light) / (most * _HEAVY)) or 1
    room = most - (len(dots) - light) // every
    lanes = [_some(strip.dots, every, max(1, math.ceil(light / room))) for strip in strips]
    every = math.ceil(sum(map(len, lanes)) / (2 * most))
    return [
        [dot for index, dot in enumerate(lane) if index % every == 0 or dot.kind == "alarm"]
        for lane in lanes
    ]


def _some(dots: Sequence[Dot], every: int, light: int) -> list[Dot]:
    found: list[Dot] = []
    seen = {True: 0, False: 0}
    words: list[Dot] = []
    for dot in dots:
        if dot.kind == "word":
            if len(words) >= light or (words and not _together(words, dot)):
                found.append(_joined(words))
                words = []
            words.append(dot)
            continue
        is_light = dot.kind in _LIGHT
        count = seen[is_light]
        seen[is_light] += 1
        if dot.kind == "alarm" or count % (light if is_light else every) == 0:
            found.append(dot)
    found += [_joined(words)] if words else []
    return sorted(found, key=lambda dot: dot.at)


def _together(words: Sequence[Dot], dot: Dot) -> bool:
    last = words[-1]
    room = LONGEST - sum(len(word.label) for word in words)
    return dot.at - last.at < _PAUSE and dot.row == last.row and len(dot.label) <= room


def _joined(words: Sequence[Dot]) -> Dot:
    first = words[0]
    if len(words) == 1:
        return first
    text = "".join(word.label for word in words)
    return Dot(first.at, first.kind, first.colour, text, text.strip(), first.row)


__all__ = ["LONGEST", "thinned"]

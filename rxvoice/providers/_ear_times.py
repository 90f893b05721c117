"""Times of transcripts on the source's clock."""

from dataclasses import replace
from typing import TypeVar

from rxvoice.items import Transcript, Translation
from rxvoice.providers._ear_link import Link

T = TypeVar("T", Transcript, Translation)


def timed(item: T, link: Link, floor: float) -> T:
    """Return it with times on the source's clock.

    Args:
        item: With times that count from the first sample of the connection; where its end is 0, it
            gets those of the speech that was sent.
        link: The connection.
        floor: End of the last final transcript.

    Raises:
        TypeError: When something in it is of a type that it cannot be.
    """
    line = link.timeline
    item = _checked(item)
    if not item.end:
        asked = link.asked.first
        end = line.end if asked is None else asked.end
        speech = link.speech if asked is None else asked.speech
        return replace(item, pts=min(max(floor, speech or 0.0), end), end=end)
    pts, end = line.start_at(item.pts), line.end_at(item.end)
    moved = replace(item, pts=min(pts, end), end=end)
    if isinstance(moved, Transcript) and moved.words:
        words = [
            replace(word, pts=line.start_at(word.pts), end=line.end_at(word.end))
            for word in moved.words
        ]
        return replace(moved, words=tuple(words))
    return moved


def _checked(item: T) -> T:
    texts: list[object] = [item.text]
    if isinstance(item, Translation):
        texts.append(item.language)
    else:
        texts += [word.text for word in item.words]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is none")
    if isinstance(item, Transcript) and not _may_be_sure(item.confidence):
        return replace(item, confidence=None)
    return item


def _may_be_sure(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


__all__ = ["timed"]

"""What Rime's websocket says."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rxvoice.errors import ProviderError
from rxvoice.items import Word
from rxvoice.providers._loose import fields, text
from rxvoice.providers._voice import Audio, Failed, SentenceDone, VoiceEvent, Words
from rxvoice.providers._websocket import Received

NAME: Final = "rime"


class RimeReader:
    """Reads what ``ws3`` says.

    Times of words count from the first sample of a sentence there; those given here count from that
    of the context, which has one sentence after the other.

    Args:
        rate: Samples a second of the audio.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._context: str | None = None
        self._came = self._before = 0

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        told = fields(message)
        context = text(told.get("contextId")) or None
        match told.get("type"):
            case "chunk":
                data = b64decode(told["data"], validate=True)
                self._turn_to(context)
                self._came += len(data)
                yield Audio(context, data)
            case "timestamps":
                self._turn_to(context)
                words = words_of(told["word_timestamps"], self._before / 2 / self._rate)
                yield Words(context, words)
            case "done":
                self._before = self._came
                yield SentenceDone(context)
            case "error":
                error = ProviderError("the server tells of an error", provider=NAME)
                yield Failed(context, error)
            case _:
                pass

    def _turn_to(self, context: str | None) -> None:
        if context != self._context:
            self._context = context
            self._came = self._before = 0


def words_of(told: Mapping[str, Any], offset: float) -> tuple[Word, ...]:
    """Return words with their times.

    Some models tell marks apart from the word that they follow; they are put to it.

    Args:
        told: The vendor's lists of words, starts and ends.
        offset: Seconds that are added to all times.
    """
    words: list[Word] = []
    for said, start, end in zip(told["words"], told["start"], told["end"], strict=True):
        if words and not any(map(str.isalnum, said)):
            words[-1] = Word(words[-1].text + said.strip(), words[-1].pts, offset + end)
        elif said.strip():
            words.append(Word(said.strip(), offset + start, offset + end))
    return tuple(words)


__all__ = ["NAME", "RimeReader"]

"""What Inworld says, by websocket and by HTTP."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rxvoice.errors import ProviderRejected
from rxvoice.items import Word
from rxvoice.providers._http_voice import HttpVoiceEvent
from rxvoice.providers._loose import count, fields, text
from rxvoice.providers._spelling import is_sign
from rxvoice.providers._voice import (
    Audio,
    Done,
    Failed,
    SentenceDone,
    VoiceEvent,
    Words,
    words_with_audio,
)
from rxvoice.providers._websocket import Received

NAME: Final = "inworld"

_STATUSES: Final = {3: 400, 5: 404, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401}
"""HTTP statuses by the codes that the vendor tells."""

_NOT_FOUND: Final = 5
"""The code for a context that is closed, also while it speaks still."""


class InworldReader:
    """Reads what the websocket says.

    Times of words count from the first sample after a flush there; those given here count from that
    of the context.

    Args:
        rate: Samples a second of the audio.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._came: dict[str | None, int] = {}
        self._before: dict[str | None, float] = {}
        self._open: set[str | None] = set()

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        told = fields(message)
        if "error" in told:
            raise error_of(told["error"])
        result = fields(told.get("result"))
        context = text(result.get("contextId")) or None
        if code := fields(result.get("status")).get("code"):
            if context is None:
                raise error_of(result["status"])
            if code != _NOT_FOUND or context not in self._open:
                yield Failed(context, error_of(result["status"]))
        elif "contextCreated" in result:
            self._open.add(context)
        elif "audioChunk" in result:
            chunk = result["audioChunk"]
            audio = Audio(context, heard(chunk))
            self._came[context] = self._came.get(context, 0) + len(audio.data)
            before = self._before.get(context, 0.0)
            yield from words_with_audio(lambda: Words(context, words_of(chunk, before)), audio)
        elif "flushCompleted" in result:
            self._before[context] = self._came.get(context, 0) / 2 / self._rate
            yield SentenceDone(context)
        elif "contextClosed" in result:
            self._open.discard(context)
            self._came.pop(context, None)
            self._before.pop(context, None)
            yield Done(context)


class LinesReader:
    """Reads one answer by HTTP."""

    over = False

    def read(self, message: Any, /) -> Iterable[HttpVoiceEvent]:
        """Return what a line means."""
        told = fields(message)
        if "error" in told:
            raise error_of(told["error"])
        result = fields(told.get("result"))
        if "audioContent" not in result:
            return ()
        return words_with_audio(lambda: Words(None, words_of(result)), Audio(None, heard(result)))

    def close(self) -> Iterable[HttpVoiceEvent]:
        """Take the end, which nothing tells from a break."""
        return ()


def heard(chunk: Mapping[str, Any]) -> bytes:
    """Return the audio of a piece."""
    return b64decode(chunk["audioContent"] or "", validate=True)


def words_of(chunk: Mapping[str, Any], offset: float = 0.0) -> tuple[Word, ...]:
    """Return the words that begin in a piece, if it tells of any.

    Args:
        chunk: As it came.
        offset: Seconds that are added to all times.
    """
    times = fields(fields(chunk.get("timestampInfo")).get("wordAlignment"))
    if not times:
        return ()
    begun, ended = times["wordStartTimeSeconds"], times["wordEndTimeSeconds"]
    told = zip(times["words"], begun, ended, strict=True)
    return tuple(
        Word(word, offset + start, offset + end, verbatim=is_sign(word))
        for word, start, end in told
    )


def error_of(told: object) -> ProviderRejected:
    """Return the error that the vendor's status is; it tells no text that was said."""
    code = count(fields(told).get("code")) or 0
    return ProviderRejected(
        f"the server tells of an error (code {code})",
        provider=NAME,
        status=_STATUSES.get(code, 500),
    )


__all__ = ["NAME", "InworldReader", "LinesReader", "error_of"]

"""Bodies of answers, piece by piece, cut anywhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from rxvoice.errors import ProviderError
from rxvoice.providers._http_voice import Body
from rxvoice.providers._sse import SseDecoder

_LONGEST: Final = 2**24
"""Bytes of one line after which no more is read."""


class Pieces:
    """Makes messages of the bytes of a body.

    Lines are split as bytes, so that a letter may be cut. What is no JSON object is left out and
    counted, but for the mark ``[DONE]``.

    Args:
        body: How the answer comes.
        provider: For errors.

    Attributes:
        broken: How many messages could not be read.
    """

    def __init__(self, body: Body, provider: str) -> None:
        self.broken: int = 0
        self._body: Body = body
        self._provider = provider
        self._sse = SseDecoder(provider, longest=_LONGEST)
        self._line = b""

    def feed(self, chunk: bytes) -> Iterator[bytes | Mapping[str, Any]]:
        """Take bytes and return what is complete.

        Raises:
            ProviderError: When a message is too long.
        """
        if self._body == "bytes":
            yield chunk
        elif self._body == "sse":
            for event in self._sse.feed(chunk):
                yield from self._parsed(event.data)
        else:
            *lines, self._line = (self._line + chunk).split(b"\n")
            if len(self._line) > _LONGEST:
                raise ProviderError("a line of an answer is too long", provider=self._provider)
            for line in lines:
                yield from self._parsed(line)

    def close(self) -> Iterator[bytes | Mapping[str, Any]]:
        """Return what no line end, or blank line, has ended."""
        if self._body == "sse":
            for event in self._sse.close():
                yield from self._parsed(event.data)
        elif self._body == "lines":
            yield from self._parsed(self._line)

    def _parsed(self, data: str | bytes) -> Iterator[Mapping[str, Any]]:
        if not data.strip() or data.strip() in ("[DONE]", b"[DONE]"):
            return
        try:
            found: object = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield cast("dict[str, Any]", found)
        else:
            self.broken += 1


__all__ = ["Pieces"]

"""Server-sent events, decoded as their bytes come."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from rxvoice.errors import ProviderError

LONGEST: Final = 4_194_304
"""Characters of one event after which no more is read."""

_LINE_END: Final = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event.

    Attributes:
        name: Its type; empty when it has none.
        data: Its lines, joined by line feeds.
    """

    name: str
    data: str


class SseDecoder:
    """Turns bytes, cut anywhere, into events, by the rules of the HTML standard.

    Invalid UTF-8 becomes U+FFFD. Comments, ids, retry times and unknown fields are left out. Other
    than the standard wants it, `close` gives an event that no blank line ended: some servers send
    none after the last one.

    Args:
        provider: Named in errors.
        longest: Characters of one event after which it fails.
    """

    def __init__(self, provider: str, *, longest: int = LONGEST) -> None:
        self._provider = provider
        self._longest = longest
        self._bytes = codecs.getincrementaldecoder("utf-8")("replace")
        self._line: list[str] = []
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._began = False
        self._after_return = False

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Take bytes and return the events that are complete.

        Raises:
            ProviderError: When an event is too long.
        """
        return self._take(self._bytes.decode(chunk))

    def close(self) -> list[ServerEvent]:
        """Return what is left when no more comes."""
        events = self._take(self._bytes.decode(b"", final=True) + "\n\n")
        self._began = False
        return events

    def _take(self, text: str) -> list[ServerEvent]:
        if not text:
            return []
        if not self._began:
            self._began = True
            text = text.removeprefix("\ufeff")
        if self._after_return:
            text = text.removeprefix("\n")
        self._after_return = text.endswith("\r") if text else False
        *lines, rest = _LINE_END.split(text)
        events: list[ServerEvent] = []
        for line in lines:
            self._grow(line)
            whole = "".join(self._line)
            self._line.clear()
            if whole:
                self._field(whole)
            elif (event := self._dispatch()) is not None:
                events.append(event)
        if rest:
            self._grow(rest)
        return events

    def _grow(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._longest:
            message = f"an event is longer than {self._longest} characters"
            raise ProviderError(message, provider=self._provider)
        self._line.append(text)

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        if name != "data":
            self._size -= len(line)

    def _dispatch(self) -> ServerEvent | None:
        name, data = self._name, self._data
        self._name, self._data, self._size = "", [], 0
        return ServerEvent(name, "\n".join(data)) if data else None


__all__ = ["LONGEST", "ServerEvent", "SseDecoder"]

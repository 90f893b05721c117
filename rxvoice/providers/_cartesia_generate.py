"""Cartesia's ``/tts/sse`` and ``/tts/bytes``."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rxvoice.errors import ProviderError
from rxvoice.providers._address import page_address
from rxvoice.providers._cartesia_listen import KEY, NAME, error_of
from rxvoice.providers._cartesia_speak import CartesiaSpeak, words_of
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import Body, HttpVoiceDialect, HttpVoiceEvent
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import text
from rxvoice.providers._voice import Audio, Words


@dataclass(frozen=True, slots=True)
class CartesiaBytes(HttpVoiceDialect):
    """Speech as it is.

    Attributes:
        sonic: The options, which are those of the websocket.
    """

    provider: ClassVar[str] = NAME

    sonic: CartesiaSpeak

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.sonic.base_url

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.sonic.rate

    def request(self, text: str, /) -> Request:
        """Return what is posted to have a text spoken."""
        return self._request("/tts/bytes", self.sonic.request(text))

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what the body of a refusal says."""
        return Refusal(text(body.get("title")), text(body.get("error_code")))

    def _request(self, path: str, asked: Mapping[str, Any]) -> Request:
        sonic = self.sonic
        key = provider_key(sonic.api_key, KEY, provider=NAME)
        headers = {"x-api-key": key, "cartesia-version": sonic.version}
        url = page_address(sonic.base_url, path)
        return Request(url, headers, body=asked, secrets=(key,))


@dataclass(frozen=True, slots=True)
class CartesiaEvents(CartesiaBytes):
    """Speech as events, with the times of words."""

    body: ClassVar[Body] = "sse"
    words_apart: ClassVar[bool] = True

    def request(self, text: str, /) -> Request:
        """Return what is posted to have a text spoken."""
        asked = {**self.sonic.request(text), "add_timestamps": True}
        return self._request("/tts/sse", asked)

    def reader(self) -> "EventsReader":
        """Return a reader for an answer."""
        return EventsReader()


class EventsReader:
    """Reads one answer of ``/tts/sse``.

    Attributes:
        over: Whether it is complete.
    """

    def __init__(self) -> None:
        self.over: bool = False

    def read(self, message: Mapping[str, Any], /) -> Iterator[HttpVoiceEvent]:
        """Return what an event means."""
        match message.get("type"):
            case "chunk":
                yield Audio(None, b64decode(message["data"], validate=True))
            case "timestamps":
                yield Words(None, words_of(message["word_timestamps"]))
            case "done":
                self.over = True
            case "error":
                raise error_of(message)
            case _:
                pass

    def close(self) -> Iterable[HttpVoiceEvent]:
        """Take the end of the body."""
        if not self.over:
            raise ProviderError("the answer broke off before its end", provider=NAME)
        return ()


__all__ = ["CartesiaBytes", "CartesiaEvents", "EventsReader"]

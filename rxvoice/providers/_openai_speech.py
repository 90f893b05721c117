"""OpenAI's ``/audio/speech``: requests and options."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from rxvoice.errors import ProviderError
from rxvoice.providers._address import page_address
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import Body, HttpVoiceDialect, HttpVoiceReader, PlainReader
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields
from rxvoice.providers._openai_errors import failure
from rxvoice.providers._openai_file import explain
from rxvoice.providers._voice import Audio

SpeechFormat: TypeAlias = Literal["pcm", "wav"]
StreamFormat: TypeAlias = Literal["audio", "sse"]
SpeechVoice: TypeAlias = str | Mapping[str, str]
"""A voice's name, or ``{"id": …}`` of one of your own."""

_NO_STATUS: Final = 600
"""From here on a number is a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAISpeech(HttpVoiceDialect):
    """Options of `rxvoice.providers.openai_audio.openai_tts`.

    Attributes:
        provider: The vendor's name.
        key: The variable of its key; empty for none.
        most: Characters of a request.
    """

    provider: str  # pyright: ignore[reportIncompatibleVariableOverride]
    key: str
    model: str
    voice: SpeechVoice
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    instructions: str | None = None
    speed: float | None = None
    response_format: SpeechFormat = "pcm"
    stream_format: StreamFormat | None = None
    sample_rate: int = 24_000
    most: int = 4_096
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def body(self) -> Body:  # pyright: ignore[reportIncompatibleVariableOverride]
        """How an answer comes."""
        return "sse" if self.stream_format == "sse" else "bytes"

    @property
    def longest(self) -> int:
        """As given."""
        return self.most

    @property
    def rate(self) -> int:
        """Samples a second, where no header says otherwise."""
        return self.sample_rate

    def request(self, text: str, /) -> Request:
        """Return what has a text spoken."""
        headers, secrets = dict[str, str](), tuple[str, ...]()
        if self.key or self.api_key:
            key = provider_key(self.api_key, self.key, provider=self.provider)
            headers, secrets = {"authorization": f"Bearer {key}"}, (key,)
        asked: dict[str, Any] = {
            "model": self.model,
            "input": text,
            "voice": self.voice,
            "response_format": self.response_format,
            "stream_format": self.stream_format,
            "instructions": self.instructions,
            "speed": self.speed,
            **self.extra,
        }
        body = {name: value for name, value in asked.items() if value is not None}
        return Request(page_address(self.base_url, "/audio/speech"), headers, body, secrets=secrets)

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what a refusal says."""
        return explain(body)

    def reader(self) -> HttpVoiceReader:
        """Return a reader for an answer."""
        return SpeechEvents(self.provider) if self.body == "sse" else PlainReader()


class SpeechEvents:
    """Reads the events of an answer: those of OpenAI, and of Mistral.

    Args:
        provider: The vendor's name.
        audio: Where a delta's audio is, in base64.

    Attributes:
        over: Whether the answer is complete.
    """

    def __init__(self, provider: str, audio: str = "audio") -> None:
        self.over = False
        self._provider = provider
        self._audio = audio

    def read(self, message: Mapping[str, Any], /) -> Iterator[Audio]:
        """Return what an event means."""
        if message.get("error"):
            told = fields(message["error"])
            code = told.get("code")
            if isinstance(code, int) and code >= _NO_STATUS:
                told = {**told, "code": str(code)}
            raise failure(told, self._provider)
        match message.get("type"):
            case "speech.audio.delta":
                yield Audio(None, b64decode(message[self._audio], validate=True))
            case "speech.audio.done":
                self.over = True
            case _:
                pass

    def close(self) -> Iterable[Audio]:
        """Take the end of the body."""
        if not self.over:
            message = "the answer broke off before its end"
            raise ProviderError(message, provider=self._provider)
        return ()


__all__ = ["OpenAISpeech", "SpeechEvents", "SpeechFormat", "SpeechVoice", "StreamFormat"]

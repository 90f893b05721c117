"""ElevenLabs' ``/v1/text-to-speech/{voice}/stream``, with the times of characters and without."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from rxvoice.errors import ProviderError
from rxvoice.providers._address import page_address
from rxvoice.providers._elevenlabs_alignment import alignment_of, of_answer
from rxvoice.providers._elevenlabs_languages import code_of
from rxvoice.providers._elevenlabs_scribe import KEY, NAME
from rxvoice.providers._elevenlabs_speak import ElevenSpeak
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._http_voice import Body, HttpVoiceDialect, HttpVoiceEvent
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields, text
from rxvoice.providers._spelling import Spelling
from rxvoice.providers._voice import Audio, Words, words_with_audio


@dataclass(frozen=True, slots=True)
class ElevenBytes(HttpVoiceDialect):
    """Speech as it is.

    Attributes:
        eleven: The options, which are those of the websocket.
    """

    provider: ClassVar[str] = NAME
    path: ClassVar[str] = "/stream"

    eleven: ElevenSpeak

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.eleven.base_url

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.eleven.rate

    def request(self, text: str, /) -> Request:
        """Return what is posted to have a text spoken."""
        eleven = self.eleven
        key = provider_key(eleven.api_key, KEY, provider=NAME)
        path = f"/v1/text-to-speech/{quote(eleven.voice_id, safe='')}{self.path}"
        url = page_address(eleven.base_url, path, {**eleven.parameters(), **eleven.extra})
        options: dict[str, Any] = {
            "language_code": eleven.language_code and code_of(eleven.language_code),
            "voice_settings": eleven.voice_settings,
            "pronunciation_dictionary_locators": list(eleven.pronunciation_dictionary_locators),
            "apply_text_normalization": eleven.apply_text_normalization,
            "seed": eleven.seed,
        }
        given = {name: value for name, value in options.items() if value or value == 0}
        body = {"text": text, "model_id": eleven.model_id, **given}
        return Request(url, {"xi-api-key": key}, body=body, secrets=(key,))

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what the body of a refusal says."""
        return explain(body)


@dataclass(frozen=True, slots=True)
class ElevenLines(ElevenBytes):
    """Speech in lines of JSON, with the times of characters."""

    body: ClassVar[Body] = "lines"
    path: ClassVar[str] = "/stream/with-timestamps"

    def reader(self) -> "LinesReader":
        """Return a reader for an answer."""
        return LinesReader(normalized=self.eleven.normalized_alignment)


class LinesReader:
    """Reads one answer of ``/stream/with-timestamps``.

    Args:
        normalized: Whether words are told as they are spoken, and not as they are written.
    """

    over = False

    def __init__(self, *, normalized: bool) -> None:
        self._normalized = normalized
        self._spelling = Spelling()

    def read(self, message: Mapping[str, Any], /) -> Iterator[HttpVoiceEvent]:
        """Return what a line means."""
        if message.get("detail") or message.get("error"):
            told = explain(message)
            raise ProviderError(f"the server tells of an error ({told.code})", provider=NAME)

        def words() -> Words:
            alignment = alignment_of(message, "normalized_alignment", normalized=self._normalized)
            found = tuple(self._spelling.take(of_answer(alignment)))
            return Words(None, found, until=self._spelling.pending)

        audio = Audio(None, b64decode(message.get("audio_base64") or "", validate=True))
        yield from words_with_audio(words, audio)

    def close(self) -> Iterable[HttpVoiceEvent]:
        """Take the end of the body, and return the last word."""
        words = tuple(self._spelling.rest())
        return (Words(None, words),) if words else ()


def explain(body: Mapping[str, Any]) -> Refusal:
    """Return what the body of a refusal says: its name, for what else it says may be anything."""
    detail = fields(body.get("detail"))
    name = text(detail.get("status")) or text(detail.get("code")) or "refused"
    return Refusal(name, name)


__all__ = ["ElevenBytes", "ElevenLines", "LinesReader", "explain"]

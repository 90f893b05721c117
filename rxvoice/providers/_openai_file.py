"""Files that are sent to OpenAI's transcriptions, and what comes back."""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeAlias

import aiohttp

from rxvoice.audio import pcm_to_bytes
from rxvoice.errors import ProviderError
from rxvoice.items import AudioFrame, Transcript, Usage, Word
from rxvoice.providers._address import page_address
from rxvoice.providers._http_request import Refusal, Request, read_object
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import count, entries, fields, text
from rxvoice.providers._openai_errors import failure
from rxvoice.providers._openai_languages import short_language
from rxvoice.providers._option_checks import check_options

Extra: TypeAlias = Mapping[str, str | int | float | bool]

_NAMES: Final = {
    "arabic": "ar",
    "chinese": "zh",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "hungarian": "hu",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "norwegian": "no",
    "polish": "pl",
    "portuguese": "pt",
    "romanian": "ro",
    "russian": "ru",
    "spanish": "es",
    "swedish": "sv",
    "thai": "th",
    "turkish": "tr",
    "ukrainian": "uk",
    "vietnamese": "vi",
}
"""What answers with words call languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """Options of `rxvoice.providers.openai_audio.openai_stt`.

    Attributes:
        provider: The vendor's name.
        key: The variable of its key; empty for none.
    """

    provider: str
    key: str
    model: str
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    language: str | None = None
    languages: Sequence[str] = ()
    keywords: Sequence[str] = ()
    prompt: str | None = None
    temperature: float | None = None
    stream: bool = False
    words: bool = False
    extra: Extra = field(default_factory=dict[str, str | int | float | bool])

    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {"temperature": (0.0, 1.0)}

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        check_options(self)

    def request(self, audio: AudioFrame) -> Request:
        """Return what is posted to have audio transcribed."""
        headers, secrets = dict[str, str](), tuple[str, ...]()
        if self.key or self.api_key:
            key = provider_key(self.api_key, self.key, provider=self.provider)
            headers, secrets = {"authorization": f"Bearer {key}"}, (key,)
        url = page_address(self.base_url, "/audio/transcriptions")
        return Request(url, headers, form=lambda: self._form(audio), secrets=secrets)

    def _form(self, audio: AudioFrame) -> aiohttp.FormData:
        form = aiohttp.FormData()
        for name, value in self.fields():
            form.add_field(name, value)
        form.add_field("file", wav(audio), filename="audio.wav", content_type="audio/wav")
        return form

    def fields(self) -> Iterator[tuple[str, str]]:
        """Return the fields of the form, besides the file."""
        language = short_language(self.language, provider=self.provider)
        yield "model", self.model
        yield "response_format", "verbose_json" if self.words else "json"
        if self.words:
            yield "timestamp_granularities[]", "word"
        for name, value in (("language", language), ("prompt", self.prompt)):
            if value:
                yield name, value
        for one in self.languages:
            yield "languages[]", str(short_language(one, provider=self.provider))
        for word in self.keywords:
            yield "keywords[]", word
        if self.temperature is not None:
            yield "temperature", f"{self.temperature:g}"
        if self.stream and not self.words:
            yield "stream", "true"
        for name, given in self.extra.items():
            yield name, json.dumps(given) if isinstance(given, bool) else str(given)

    def transcript(self, told: Mapping[str, Any], audio: AudioFrame) -> Transcript:
        """Return what an answer means.

        Raises:
            ProviderError: When it is no transcript.
        """
        try:
            words = [_word(fields(one), audio.pts) for one in entries(told.get("words"))]
            return Transcript(
                told["text"].strip(),
                is_final=True,
                is_finalized=True,
                language=_language(told) or self.language,
                words=tuple(words),
                pts=audio.pts,
                end=audio.end,
                raw=told,
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            message = "an answer is no transcript"
            raise ProviderError(message, provider=self.provider) from error

    def usage(self, told: Mapping[str, Any], audio: AudioFrame) -> Usage:
        """Return what an answer has cost."""
        used = fields(told.get("usage"))
        return Usage(
            self.provider,
            input_tokens=count(used.get("input_tokens")) or 0,
            output_tokens=count(used.get("output_tokens")) or 0,
            audio=audio.duration,
        )


class FileEvents:
    """Reads the events of a transcript.

    Args:
        provider: The vendor's name.

    Attributes:
        text: What was told so far.
        done: The last event; None before it.
    """

    def __init__(self, provider: str) -> None:
        self.text = ""
        self.done: Mapping[str, Any] | None = None
        self._provider = provider

    def read(self, data: str) -> bool:
        """Take an event, and return whether there is more text.

        Raises:
            ProviderError: When it tells of a failure, or cannot be read.
        """
        if data == "[DONE]":
            return False
        told = read_object(data, self._provider)
        if told.get("error"):
            raise failure(fields(told["error"]), self._provider)
        match told.get("type"):
            case "transcript.text.delta":
                self.text += text(told.get("delta"))
                return bool(self.text.strip())
            case "transcript.text.done":
                self.done = told
            case _:
                pass
        return False


def explain(body: Mapping[str, Any]) -> Refusal:
    """Read what a vendor says about a request that it refuses: names, for words may repeat keys."""
    error = fields(body.get("error"))
    name = text(error.get("code")) or text(error.get("type"))
    return Refusal(name or "refused", name)


def wav(audio: AudioFrame) -> bytes:
    """Return audio as a WAV file of 16 bits."""
    data = pcm_to_bytes(audio.samples)
    form = struct.pack("<HHIIHH", 1, 1, audio.rate, 2 * audio.rate, 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE"
    return b"".join(
        (head, b"fmt ", struct.pack("<I", 16), form, b"data", struct.pack("<I", len(data)), data)
    )


def _word(told: Mapping[str, Any], pts: float) -> Word:
    return Word(told["word"].strip(), pts + told["start"], pts + told["end"])


def _language(told: Mapping[str, Any]) -> str | None:
    codes = [text(fields(one).get("code")) for one in entries(told.get("languages"))]
    named = text(told.get("language")).lower()
    code = named if len(named) <= len("yue") else ""
    return next(filter(None, codes), None) or _NAMES.get(named, code) or None


__all__ = ["Extra", "FileEvents", "FileOptions", "explain", "wav"]

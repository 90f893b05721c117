"""Files that are sent to ElevenLabs' ``/v1/speech-to-text``, and what comes back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import aiohttp

from rxvoice.audio import pcm_to_bytes
from rxvoice.errors import ProviderError
from rxvoice.items import AudioFrame, Transcript, Usage
from rxvoice.providers._address import Parameter, page_address, query_of
from rxvoice.providers._elevenlabs_languages import code_of, tag_of
from rxvoice.providers._elevenlabs_scribe import KEY, NAME, URL
from rxvoice.providers._elevenlabs_words import confidence_of, speaker_of, words_of
from rxvoice.providers._http_request import Request
from rxvoice.providers._key import provider_key
from rxvoice.providers._openai_file import wav
from rxvoice.providers._option_checks import check_options

_RAW: Final = 16_000
"""Samples a second of audio that is taken without a header, and answered sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScribeFile:
    """Options of `rxvoice.providers.elevenlabs.elevenlabs_stt_file`."""

    model_id: str
    provider: str = NAME
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language_code: str | None = None
    tag_audio_events: bool = False
    timestamps_granularity: Literal["none", "word"] = "word"
    diarize: bool | None = None
    num_speakers: int | None = None
    keyterms: Sequence[str] = ()
    no_verbatim: bool | None = None
    temperature: float | None = None
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        check_options(self)

    @property
    def language(self) -> str | None:
        """The language that was asked for."""
        return self.language_code

    def request(self, audio: AudioFrame, /) -> Request:
        """Return what is posted to have audio transcribed."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        url = page_address(self.base_url, "/v1/speech-to-text")
        return Request(url, {"xi-api-key": key}, form=lambda: self._form(audio), secrets=(key,))

    def fields(self) -> Iterator[tuple[str, str]]:
        """Return the fields of the form, besides the file."""
        options: dict[str, Parameter] = {
            "model_id": self.model_id,
            "language_code": self.language_code and code_of(self.language_code),
            "tag_audio_events": self.tag_audio_events,
            "timestamps_granularity": self.timestamps_granularity,
            "diarize": self.diarize,
            "num_speakers": self.num_speakers,
            "keyterms": self.keyterms,
            "no_verbatim": self.no_verbatim,
            "temperature": self.temperature,
            **self.extra,
        }
        yield from query_of(options)

    def transcript(self, told: Mapping[str, Any], audio: AudioFrame, /) -> Transcript:
        """Return what an answer means."""
        try:
            heard = told.get("words")
            return Transcript(
                told["text"].strip(),
                is_final=True,
                is_finalized=True,
                language=tag_of(told.get("language_code")) or self.language_code,
                words=words_of(heard, audio.pts),
                speaker=speaker_of(heard),
                pts=audio.pts,
                end=audio.end,
                confidence=confidence_of(heard),
                raw=told,
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ProviderError("an answer is no transcript", provider=NAME) from error

    def usage(self, told: Mapping[str, Any], audio: AudioFrame, /) -> Usage:
        """Return what an answer has cost: it is charged by the time of the audio."""
        return Usage(NAME, audio=audio.duration)

    def _form(self, audio: AudioFrame) -> aiohttp.FormData:
        form = aiohttp.FormData()
        for name, value in self.fields():
            form.add_field(name, value)
        raw = audio.rate == _RAW
        if raw:
            form.add_field("file_format", "pcm_s16le_16")
        file = pcm_to_bytes(audio.samples) if raw else wav(audio)
        name, kind = ("audio.pcm", "audio/pcm") if raw else ("audio.wav", "audio/wav")
        form.add_field("file", file, filename=name, content_type=kind)
        return form


__all__ = ["ScribeFile"]

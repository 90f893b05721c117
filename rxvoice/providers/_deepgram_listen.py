"""Deepgram's ``/v1/listen``: messages and options."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from rxvoice.items import Fault, Transcript, Word
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._deepgram_languages import LANGUAGES
from rxvoice.providers._ear import EarDialect, EarEvent
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._loose import entries, fields, text
from rxvoice.providers._websocket import Frame, Opening, Received

URL: Final = "wss://api.deepgram.com"
KEY: Final = "DEEPGRAM_API_KEY"
NAME: Final = "deepgram"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramListen(EarDialect):
    """Options of `rxvoice.providers.deepgram.deepgram_stt`."""

    provider: ClassVar[str] = NAME
    names: ClassVar[Mapping[str, str]] = {"p99": "latency", "finalizes": "finalize"}

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language: str | None = None
    sample_rate: int = 16_000
    interim_results: bool = True
    smart_format: bool | None = None
    punctuate: bool | None = True
    endpointing: int | bool | None = None
    utterance_end_ms: int | None = None
    vad_events: bool | None = None
    diarize: bool | None = None
    keyterm: Sequence[str] = ()
    finalizes: bool = True
    p99: float = 0.35
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return self.sample_rate

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    async def open(self) -> Opening:
        """Return what a connection is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        language = self.language
        query: dict[str, Parameter] = {
            "model": self.model,
            "language": language and language_code(language, LANGUAGES, provider=NAME),
            "encoding": "linear16",
            "sample_rate": self.sample_rate,
            "channels": 1,
            "interim_results": self.interim_results,
            "smart_format": self.smart_format,
            "punctuate": self.punctuate,
            "endpointing": self.endpointing,
            "utterance_end_ms": self.utterance_end_ms,
            "vad_events": self.vad_events,
            "diarize": self.diarize,
            "keyterm": self.keyterm,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v1/listen", query)
        return Opening(url, {"Authorization": f"Token {key}"}, (key,))

    def finalize(self) -> Iterable[Frame]:
        """Ask for what is not final yet."""
        return ('{"type":"Finalize"}',) if self.finalizes else ()

    def keepalive(self) -> Iterable[Frame]:
        """Keep the connection, which is closed after 10 s without a message."""
        return ('{"type":"KeepAlive"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the stream."""
        return ('{"type":"CloseStream"}',)

    def change(self, new: "DeepgramListen", /) -> Iterable[Frame] | None:
        """Tell of other key terms; everything else is in the address."""
        if replace(self, keyterm=new.keyterm) != new:
            return None
        return (json.dumps({"type": "Configure", "keyterms": list(new.keyterm)}),)

    def reader(self) -> "ListenReader":
        """Return a reader for a connection."""
        return ListenReader(self.language)


class ListenReader:
    """Reads what ``/v1/listen`` says.

    Args:
        language: The one that was asked for; ``"multi"`` for any.
    """

    def __init__(self, language: str | None) -> None:
        self._language = None if language == "multi" else language

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("type"):
            case "Results":
                yield from self._results(told)
            case "Error" | "ConfigureFailure":
                name = text(told.get("variant")) or text(told.get("code")) or "error"
                yield Fault(NAME, f"the server tells of an error ({name})")
            case _:
                pass

    def _results(self, told: Mapping[str, Any]) -> Iterator[Transcript]:
        heard = told["channel"]["alternatives"][0]
        finalized = told.get("from_finalize") is True
        content = heard["transcript"].strip()
        if not content and not finalized:
            return
        words = tuple(map(_word, entries(heard.get("words"))))
        start, end = told["start"], told["start"] + told["duration"]
        yield Transcript(
            content,
            is_final=told["is_final"] is True,
            is_finalized=finalized,
            language=self._spoken(told["channel"], heard),
            words=words,
            speaker=_speaker(heard),
            pts=words[0].pts if words else start,
            end=words[-1].end if words else end,
            confidence=heard.get("confidence") if content else None,
            raw=told,
        )

    def _spoken(self, channel: Mapping[str, Any], heard: Mapping[str, Any]) -> str | None:
        """Return the language of a result: the one with most words, or the one detected."""
        spoken = [text(word.get("language")) for word in entries(heard.get("words"))]
        known = [language for language in spoken if language]
        if known:
            return max(known, key=known.count)
        named = next(map(text, entries(heard.get("languages"))), "")
        return named or text(channel.get("detected_language")) or self._language


def _word(told: Mapping[str, Any]) -> Word:
    return Word(told.get("punctuated_word") or told["word"], told["start"], told["end"])


def _speaker(heard: Mapping[str, Any]) -> str | None:
    speakers = [word.get("speaker") for word in entries(heard.get("words"))]
    known = [speaker for speaker in speakers if isinstance(speaker, int)]
    return str(max(known, key=known.count)) if known else None


__all__ = ["KEY", "NAME", "URL", "DeepgramListen", "ListenReader"]

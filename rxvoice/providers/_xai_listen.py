"""xAI's ``/v1/stt``: messages and options."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from rxvoice.items import Fault, Transcript, Word
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._ear import EarDialect, EarEvent, Ended, Finalized, Ready
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._loose import entries, fields, text
from rxvoice.providers._websocket import Frame, Opening, Received

URL: Final = "wss://api.x.ai"
KEY: Final = "XAI_API_KEY"
NAME: Final = "xai"

LANGUAGES: Final = frozenset(
    {"ar", "bn", "cs", "da", "de", "en", "es", "fa", "fil", "fr", "hi", "id", "it", "ja", "ko"}
    | {"mk", "ms", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr", "vi", "zh"}
)

_NEAR: Final = 0.05
"""Seconds by which the vendor's times may be off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XaiListen(EarDialect):
    """Options of `rxvoice.providers.xai.xai_stt`."""

    provider: ClassVar[str] = NAME
    waits: ClassVar[bool] = True
    rates: ClassVar[tuple[int, ...]] = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {
        "endpointing": (0, 5000),
        "keyterm": (0, 100),
        "smart_turn": (0.0, 1.0),
        "vad_threshold": (0.0, 1.0),
    }

    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language: str | None = None
    sample_rate: int = 16_000
    interim_results: bool = True
    endpointing: int | None = None
    diarize: bool | None = None
    filler_words: bool | None = None
    keyterm: Sequence[str] = ()
    smart_turn: float | None = None
    smart_turn_timeout: int | None = None
    vad_threshold: float | None = None
    p99: float = 1.0
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
            "sample_rate": self.sample_rate,
            "encoding": "pcm",
            "interim_results": self.interim_results,
            "endpointing": self.endpointing,
            "language": language and language_code(language, LANGUAGES, provider=NAME),
            "diarize": self.diarize,
            "filler_words": self.filler_words,
            "keyterm": self.keyterm,
            "smart_turn": self.smart_turn,
            "smart_turn_timeout": self.smart_turn_timeout,
            "vad_threshold": self.vad_threshold,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v1/stt", query)
        return Opening(url, {"Authorization": f"Bearer {key}"}, (key,))

    def finalize(self) -> Iterable[Frame]:
        """Say that the turn's audio is over, which is always answered; another one may follow."""
        return ('{"type":"audio.done"}',)

    def closed(self, code: int, reason: str, /) -> Ended | None:
        """Let another turn follow on another connection, as the vendor once had it."""
        return Ended() if code == 1000 else None

    def reader(self) -> "XaiReader":
        """Return a reader for a connection."""
        return XaiReader(self.language)


class XaiReader:
    """Reads what ``/v1/stt`` says.

    What is final of an utterance before its end is repeated at its end; of that only what is new
    is told.

    Args:
        language: The one that was asked for.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._told = ""
        self._upto = 0.0
        self._shift = 0.0
        self._done = 0.0

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("type"):
            case "transcript.created":
                yield Ready()
            case "transcript.partial":
                yield from self._partial(told)
            case "transcript.done":
                yield from self._over(told)
            case "error":
                name = text(told.get("code")) or "error"
                yield Fault(NAME, f"the server tells of an error ({name})")
            case _:
                pass

    def _partial(self, told: Mapping[str, Any]) -> Iterator[Transcript]:
        is_final, is_end = told["is_final"] is True, told.get("speech_final") is True
        heard = self._transcript(told, is_final=is_final, repeats=is_end)
        if heard.text:
            yield heard
        if is_end:
            self._told, self._upto = "", 0.0
        elif is_final:
            self._told = f"{self._told} {heard.text}".strip()
            self._upto = heard.end

    def _over(self, told: Mapping[str, Any]) -> Iterator[EarEvent]:
        heard = self._transcript(told, is_final=True, repeats=True)
        self._told, self._upto = "", 0.0
        self._done = max(self._done, told["duration"] + self._shift)
        yield replace(heard, is_finalized=True) if heard.text else Finalized()

    def _transcript(self, told: Mapping[str, Any], *, is_final: bool, repeats: bool) -> Transcript:
        content, words = told["text"].strip(), self._words(entries(told.get("words")))
        start = words[0].pts if words else told.get("start", 0.0) + self._shift
        end = words[-1].end if words else start + told.get("duration", 0.0)
        if repeats and self._told:
            words = [word for word in words if word.pts >= self._upto - _NEAR]
            content = self._rest(content, words)
            start = words[0].pts if words else self._upto
        return Transcript(
            content,
            is_final=is_final,
            language=text(told.get("language")) or self._language,
            words=tuple(words),
            speaker=_speaker(entries(told.get("words"))),
            pts=start,
            end=end,
            raw=told,
        )

    def _rest(self, content: str, words: Sequence[Word]) -> str:
        """Return what a whole utterance has that was not told yet."""
        if content.startswith(self._told):
            return content.removeprefix(self._told).strip()
        return " ".join(word.text for word in words)

    def _words(self, told: list[Any]) -> list[Word]:
        """Return words with times since the first sample, also when each turn counts from 0."""
        if told and told[0]["start"] + self._shift < self._done - _NEAR:
            self._shift = self._done
        return [
            Word(one["text"].strip(), one["start"] + self._shift, one["end"] + self._shift)
            for one in told
        ]


def _speaker(words: list[Any]) -> str | None:
    told = [fields(word).get("speaker") for word in words]
    known = [str(speaker) for speaker in told if speaker is not None]
    return max(known, key=known.count) if known else None


__all__ = ["KEY", "LANGUAGES", "NAME", "URL", "XaiListen", "XaiReader"]

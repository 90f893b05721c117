"""Cartesia's ``/tts/websocket``: messages and options."""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from rxvoice.items import Word
from rxvoice.providers._address import socket_address
from rxvoice.providers._cartesia_listen import KEY, LANGUAGES, NAME, URL, VERSION, error_of
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._loose import fields, text
from rxvoice.providers._spelling import is_sign
from rxvoice.providers._voice import Audio, Done, Failed, VoiceDialect, VoiceEvent, Words
from rxvoice.providers._websocket import Frame, Opening, Received

RATES: Final = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""Samples a second that Cartesia gives."""

_UNSPACED: Final = ("zh", "ja")
"""Languages that are written without blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartesiaSpeak(VoiceDialect):
    """Options of `rxvoice.providers.cartesia.cartesia_tts`."""

    provider: ClassVar[str] = NAME
    contexts: ClassVar[int] = 10
    words_apart: ClassVar[bool] = True

    voice: str
    model_id: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    version: str = VERSION
    language: str | None = None
    sample_rate: int = 24_000
    generation_config: Mapping[str, Any] | None = None
    pronunciation_dict_id: str | None = None
    max_buffer_delay_ms: int | None = None
    use_normalized_timestamps: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        if not self.voice:
            raise ValueError("voice must be the id of a voice")
        if self.sample_rate not in RATES:
            raise ValueError(f"sample_rate must be one of {RATES}, got {self.sample_rate}")
        if not 0 <= (self.max_buffer_delay_ms or 0) <= 5_000:
            wrong = self.max_buffer_delay_ms
            raise ValueError(f"max_buffer_delay_ms must lie between 0 and 5000, got {wrong}")

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    @property
    def is_unspaced(self) -> bool:
        """Whether the language is written without blanks."""
        return (self.language or "").lower().startswith(_UNSPACED)

    async def open(self) -> Opening:
        """Return what a websocket is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        url = socket_address(self.base_url, "/tts/websocket")
        return Opening(url, {"X-API-Key": key, "Cartesia-Version": self.version}, (key,))

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say a text, at once when it is whole; texts are put together as they are."""
        blank = " " if whole and not self.is_unspaced else ""
        return (self._asked(context, text + blank, whole=whole, more=True),)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """End a context."""
        return (self._asked(context, "", whole=whole, more=False),)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Forget what was not begun; what is being spoken comes to its end, and is ignored."""
        return (json.dumps({"context_id": context, "cancel": True}),)

    def shares(self, new: Any, /) -> bool:
        """Return whether a websocket serves other options, too: all are told with the text."""
        mine = (self.base_url, self.api_key, self.version)
        return isinstance(new, CartesiaSpeak) and mine == (new.base_url, new.api_key, new.version)

    def reader(self) -> "SonicReader":
        """Return a reader for a websocket."""
        return SonicReader()

    def request(self, said: str) -> dict[str, Any]:
        """Return what a request has, by websocket or by HTTP."""
        language = self.language and language_code(self.language, LANGUAGES, provider=NAME)
        options: dict[str, Any] = {
            "language": language,
            "generation_config": self.generation_config,
            "pronunciation_dict_id": self.pronunciation_dict_id,
            "use_normalized_timestamps": self.use_normalized_timestamps,
        }
        return {
            "model_id": self.model_id,
            "transcript": said,
            "voice": {"mode": "id", "id": self.voice},
            "output_format": {
                "container": "raw",
                "encoding": "pcm_s16le",
                "sample_rate": self.sample_rate,
            },
            **{name: value for name, value in options.items() if value is not None},
            **self.extra,
        }

    def _asked(self, context: str, said: str, *, whole: bool, more: bool) -> str:
        # Whoever sends whole sentences has waited for them already; pieces are put together there.
        delay = 0 if self.max_buffer_delay_ms is None and whole else self.max_buffer_delay_ms
        asked = {
            **self.request(said),
            "context_id": context,
            "continue": more,
            "add_timestamps": True,
        }
        if delay is not None:
            asked["max_buffer_delay_ms"] = delay
        return json.dumps(asked, ensure_ascii=False)


class SonicReader:
    """Reads what ``/tts/websocket`` says."""

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        told = fields(message)
        context = text(told.get("context_id")) or None
        match told.get("type"):
            case "chunk":
                yield Audio(context, b64decode(told["data"], validate=True))
            case "timestamps":
                yield Words(context, words_of(told["word_timestamps"]))
            case "done":
                yield Done(context)
            case "error" if context is not None:
                yield Failed(context, error_of(told))
            case "error":
                raise error_of(told)
            case _:
                pass


def words_of(told: Mapping[str, Any]) -> tuple[Word, ...]:
    """Return words with their times, which count from the first sample of the context.

    Signs of languages without blanks are words of their own, and carry their blanks, of which
    there are none.
    """
    words = zip(told["words"], told["start"], told["end"], strict=True)
    return tuple(Word(word, start, end, verbatim=is_sign(word)) for word, start, end in words)


__all__ = ["RATES", "CartesiaSpeak", "SonicReader", "words_of"]

"""xAI's ``/v1/tts`` websocket: messages and options."""

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from rxvoice.errors import ProviderError
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._loose import fields, text
from rxvoice.providers._voice import Audio, Cleared, Done, Failed, VoiceDialect, VoiceEvent
from rxvoice.providers._websocket import Frame, Opening, Received
from rxvoice.providers._xai_listen import KEY, NAME, URL

LANGUAGES: Final = frozenset(
    {"auto", "en", "ar-EG", "ar-SA", "ar-AE", "bn", "zh", "fr", "de", "hi", "id", "it", "ja", "ko"}
    | {"pt-BR", "pt-PT", "ru", "es-MX", "es-ES", "tr", "vi"}
)

RATES: Final = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
"""Samples a second that xAI gives."""

LONGEST: Final = 15_000
"""Characters of a message, or of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XaiSpeak(VoiceDialect):
    """Options of `rxvoice.providers.xai.xai_tts`."""

    provider: ClassVar[str] = NAME
    clears: ClassVar[bool] = True

    voice: str
    language: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 24_000
    speed: float | None = None
    optimize_streaming_latency: int | None = None
    text_normalization: bool | None = None
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        check_sound(self.sample_rate, self.speed)

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    async def open(self) -> Opening:
        """Return what a websocket is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        query: dict[str, Parameter] = {
            "language": language_code(self.language, LANGUAGES, provider=NAME),
            "voice": self.voice,
            "codec": "pcm",
            "sample_rate": self.sample_rate,
            "speed": self.speed,
            "optimize_streaming_latency": self.optimize_streaming_latency,
            "text_normalization": self.text_normalization,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v1/tts", query)
        return Opening(url, {"Authorization": f"Bearer {key}"}, (key,))

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Add a text; the server decides when it has enough to begin."""
        said = f"{text} " if whole and not text[-1:].isspace() else text
        for at in range(0, len(said), LONGEST):
            delta = {"type": "text.delta", "delta": said[at : at + LONGEST]}
            yield json.dumps(delta, ensure_ascii=False)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """End the utterance."""
        return ('{"type":"text.done"}',)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Forget the utterance."""
        return ('{"type":"text.clear"}',)

    def reader(self) -> "XaiVoiceReader":
        """Return a reader for a websocket."""
        return XaiVoiceReader()


def check_sound(sample_rate: int, speed: float | None) -> None:
    """Refuse what xAI does not give.

    Raises:
        ValueError: When a number is out of range.
    """
    if sample_rate not in RATES:
        raise ValueError(f"sample_rate must be one of {RATES}, got {sample_rate}")
    if speed is not None and not 0.7 <= speed <= 1.5:
        raise ValueError(f"speed must lie between 0.7 and 1.5, got {speed}")


class XaiVoiceReader:
    """Reads what ``/v1/tts`` says."""

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("type"):
            case "audio.delta":
                yield Audio(None, b64decode(told["delta"], validate=True))
            case "audio.done":
                yield Done(None)
            case "audio.clear":
                yield Cleared()
            case "error":
                name = text(told.get("code")) or "error"
                failed = f"the server tells of an error ({name})"
                yield Failed(None, ProviderError(failed, provider=NAME))
            case _:
                pass


__all__ = ["LANGUAGES", "LONGEST", "XaiSpeak", "XaiVoiceReader", "check_sound"]

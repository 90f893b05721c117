"""Deepgram's ``/v1/speak`` websocket: messages and options."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from rxvoice.items import Fault
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._deepgram_listen import KEY, NAME, URL
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields, text
from rxvoice.providers._voice import Audio, Cleared, SentenceDone, VoiceDialect, VoiceEvent
from rxvoice.providers._websocket import Frame, Opening, Received

RATES: Final = (8_000, 16_000, 24_000, 32_000, 48_000)
"""Samples a second that Deepgram gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramSpeak(VoiceDialect):
    """Options of `rxvoice.providers.deepgram.deepgram_tts`."""

    provider: ClassVar[str] = NAME
    marks: ClassVar[bool] = True
    clears: ClassVar[bool] = True
    longest: ClassVar[int] = 2_000
    asks: ClassVar[int] = 20

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 24_000
    mip_opt_out: bool | None = None
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        check_rate(self.sample_rate)

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    async def open(self) -> Opening:
        """Return what a websocket is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        query: dict[str, Parameter] = {
            "model": self.model,
            "encoding": "linear16",
            "sample_rate": self.sample_rate,
            "mip_opt_out": self.mip_opt_out,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v1/speak", query)
        return Opening(url, {"Authorization": f"Token {key}"}, (key,))

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say a text, at once when it is whole."""
        said = json.dumps({"type": "Speak", "text": text}, ensure_ascii=False)
        return (said, _FLUSH) if whole else (said,)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say what was not said yet; each flush is answered once."""
        return () if whole else (_FLUSH,)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Forget what was not said yet."""
        return ('{"type":"Clear"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the websocket."""
        return ('{"type":"Close"}',)

    def reader(self) -> "SpeakReader":
        """Return a reader for a websocket."""
        return SpeakReader()


def check_rate(sample_rate: int) -> None:
    """Refuse a rate that Deepgram does not give.

    Raises:
        ValueError: When it does not.
    """
    if sample_rate not in RATES:
        raise ValueError(f"sample_rate must be one of {RATES}, got {sample_rate}")


class SpeakReader:
    """Reads what ``/v1/speak`` says."""

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        if isinstance(message, bytes):
            yield Audio(None, message)
            return
        told = fields(message)
        match told.get("type"):
            case "Flushed":
                yield SentenceDone(None)
            case "Cleared":
                yield Cleared()
            case "Warning" | "Error":
                code = text(told.get("code")) or "unknown"
                yield Fault(NAME, f"the server tells of {str(told['type']).lower()} {code}")
            case _:
                pass


_FLUSH = '{"type":"Flush"}'

__all__ = ["DeepgramSpeak", "SpeakReader", "check_rate"]

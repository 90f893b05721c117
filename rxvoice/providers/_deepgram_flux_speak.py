"""Deepgram's ``/v2/speak``, a websocket of turns: messages and options."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from reactivex import Observable

from rxvoice.errors import ProviderError
from rxvoice.items import Fault
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._deepgram_listen import KEY, NAME, URL
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import fields, text
from rxvoice.providers._voice import Audio, Cleared, Done, VoiceDialect, VoiceEvent
from rxvoice.providers._voice_reply import Patience
from rxvoice.providers._voice_tts import StreamingTts, streaming_tts
from rxvoice.providers._websocket import Frame, Opening, Received

_IGNORED: Final = ("INTERRUPT_IN_PROGRESS", "INVALID_INTERRUPT_OFFSET", "NO_AUDIO_GENERATED")
"""Warnings that a turn goes on although it was to be interrupted."""

_SENT: Final = ("BIG-", "DATA-", "MESSAGE-")
"""How errors begin that speak of what was sent, and would come again."""


RATES: Final = (8_000, 16_000, 24_000, 32_000, 44_100, 48_000)
"""Samples a second that Flux gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramFluxSpeak(VoiceDialect):
    """Options of `rxvoice.providers.deepgram.deepgram_flux_tts`."""

    provider: ClassVar[str] = NAME
    clears: ClassVar[bool] = True

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 24_000
    speed: float | None = None
    mip_opt_out: bool | None = None
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        if self.sample_rate not in RATES:
            raise ValueError(f"sample_rate must be one of {RATES}, got {self.sample_rate}")

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
            "speed": self.speed,
            "mip_opt_out": self.mip_opt_out,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v2/speak", query)
        return Opening(url, {"Authorization": f"Token {key}"}, (key,))

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say a text, as soon as the server finds the end of a sentence in it."""
        said = f"{text} " if whole else text
        return (json.dumps({"type": "Speak", "text": said}, ensure_ascii=False),)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """End the turn."""
        return ('{"type":"Flush"}',)

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Cut the turn off."""
        return ('{"type":"Interrupt"}',)

    def goodbye(self) -> Iterable[Frame]:
        """End the session."""
        return ('{"type":"Close"}',)

    def reader(self) -> "FluxSpeakReader":
        """Return a reader for a websocket."""
        return FluxSpeakReader()


class FluxSpeakReader:
    """Reads what ``/v2/speak`` says."""

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        if isinstance(message, bytes):
            yield Audio(None, message)
            return
        told = fields(message)
        code = text(told.get("code")) or "unknown"
        match told.get("type"):
            case "SpeechMetadata":
                yield Done(None)
            case "SpeechInterrupted":
                yield Cleared()
            case "Warning" if code == "NO_ACTIVE_SPEECH":
                yield Cleared()  # the turn was over when it was to be cut off
            case "Warning" if code in _IGNORED:
                raise ProviderError(f"the server does not interrupt ({code})", provider=NAME)
            case "Warning" | "ConfigureFailure":
                yield Fault(NAME, f"the server tells of {told['type']} {code}")
            case "Error":
                why = f"the server tells of the error {code}"
                again = not code.startswith(_SENT)
                raise ProviderError(why, provider=NAME, retryable=again, fatal=False)
            case _:
                pass


def deepgram_flux_tts(
    *,
    model: str = "flux-alexis-en",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 24_000,
    speed: float | None = None,
    mip_opt_out: bool | None = None,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
    patience: Patience | None = None,
) -> StreamingTts:
    """Return a voice by Deepgram's Flux, over a websocket.

    A reply is a turn; it keeps the tone of those before. An interruption cuts the turn off. The
    vendor tells no words; `rxvoice.operators.synthesize` spreads them over the audio. See
    `StreamingTts`.

    It speaks the vendor's ``/v2/speak`` as documented in September 2026.

    Args:
        model: The voice and its language.
        api_key: By default what ``DEEPGRAM_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        sample_rate: Samples a second: 8000, 16000, 24000, 32000, 44100 or 48000.
        speed: How fast it speaks; 1 is as usual.
        mip_opt_out: As for the API.
        extra: Further parameters.
        changes: Options that hold from the next sentence on, by their names.
        connect_timeout: Seconds until a connection stands.
        patience: How long a reply waits.

    Returns:
        An `rxvoice.contracts.Synthesizer`.

    Raises:
        ValueError: When a number is out of range.
    """
    dialect = DeepgramFluxSpeak(
        model=model,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        speed=speed,
        mip_opt_out=mip_opt_out,
        extra=extra or {},
    )
    return streaming_tts(dialect, changes, connect_timeout=connect_timeout, patience=patience)


__all__ = ["DeepgramFluxSpeak", "FluxSpeakReader", "deepgram_flux_tts"]

"""ElevenLabs' ``multi-stream-input`` websocket: messages and options."""

import json
import logging
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final
from urllib.parse import quote

from rxvoice.errors import ProviderRejected
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._elevenlabs_alignment import alignment_of, of_socket
from rxvoice.providers._elevenlabs_languages import code_of
from rxvoice.providers._elevenlabs_scribe import KEY, NAME, RATES, URL
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import count, fields, text
from rxvoice.providers._spelling import Spelling
from rxvoice.providers._voice import (
    Audio,
    Done,
    VoiceDialect,
    VoiceEvent,
    Words,
    words_with_audio,
)
from rxvoice.providers._websocket import Frame, Opening, Received

logger = logging.getLogger(__name__)

_STATUSES: Final = {
    "input_timeout_exceeded": 408,
    "invalid_api_key": 401,
    "max_active_conversations": 429,
    "missing_permissions": 403,
    "quota_exceeded": 402,
    "voice_not_found": 404,
}
"""HTTP statuses that the vendor's errors stand for; of others there is only the close code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElevenSpeak(VoiceDialect):
    """Options of `rxvoice.providers.elevenlabs.elevenlabs_tts`."""

    provider: ClassVar[str] = NAME
    contexts: ClassVar[int] = 5

    voice_id: str
    model_id: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language_code: str | None = None
    sample_rate: int = 24_000
    voice_settings: Mapping[str, Any] | None = None
    generation_config: Mapping[str, Any] | None = None
    pronunciation_dictionary_locators: tuple[Mapping[str, str], ...] = ()
    auto_mode: bool | None = None
    enable_ssml_parsing: bool | None = None
    enable_logging: bool | None = None
    apply_text_normalization: str | None = None
    seed: int | None = None
    normalized_alignment: bool = False
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        if not self.voice_id:
            raise ValueError("voice_id must be the id of a voice")
        if self.sample_rate not in RATES:
            raise ValueError(f"sample_rate must be one of {RATES}, got {self.sample_rate}")

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return self.sample_rate

    def parameters(self) -> dict[str, Parameter]:
        """Return the parameters of the address, by websocket or by HTTP."""
        return {"output_format": f"pcm_{self.sample_rate}", "enable_logging": self.enable_logging}

    async def open(self) -> Opening:
        """Return what a websocket is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        query: dict[str, Parameter] = {
            "model_id": self.model_id,
            "language_code": self.language_code and code_of(self.language_code),
            **self.parameters(),
            "enable_ssml_parsing": self.enable_ssml_parsing,
            "sync_alignment": True,
            "auto_mode": self.auto_mode,
            "apply_text_normalization": self.apply_text_normalization,
            "seed": self.seed,
            **self.extra,
        }
        path = f"/v1/text-to-speech/{quote(self.voice_id, safe='')}/multi-stream-input"
        return Opening(socket_address(self.base_url, path, query), {"xi-api-key": key}, (key,))

    def begin(self, context: str, /) -> Iterable[Frame]:
        """Open a context, with how the voice is set."""
        options = {
            "voice_settings": self.voice_settings,
            "generation_config": self.generation_config,
            "pronunciation_dictionary_locators": list(self.pronunciation_dictionary_locators),
        }
        given = {name: value for name, value in options.items() if value}
        return (_frame(text=" ", context_id=context, **given),)

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say a text, at once when it is whole: in auto mode the server does so by itself."""
        said = f"{text} " if whole else text
        flush = {"flush": True} if whole and not self.auto_mode else {}
        return (_frame(text=said, context_id=context, **flush),)

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """Say what was not said yet, and close the context, which is `Done` then."""
        flush = () if whole else (_frame(context_id=context, flush=True),)
        return (*flush, *self.cancel(context))

    def cancel(self, context: str, /) -> Iterable[Frame]:
        """Close the context; what is being spoken may still come, and is ignored."""
        return (_frame(context_id=context, close_context=True),)

    def keepalive(self, contexts: Sequence[str], /) -> Iterable[Frame]:
        """Keep the contexts, or else the websocket; both end after 20 s without a message."""
        return [_frame(text="", context_id=context) for context in contexts] or (_frame(text=""),)

    def goodbye(self) -> Iterable[Frame]:
        """End the websocket."""
        return (_frame(close_socket=True),)

    def shares(self, new: Any, /) -> bool:
        """Return whether a websocket serves other options, too: those that a context has."""
        return isinstance(new, ElevenSpeak) and new == replace(
            self,
            voice_settings=new.voice_settings,
            generation_config=new.generation_config,
            pronunciation_dictionary_locators=new.pronunciation_dictionary_locators,
        )

    def reader(self) -> "ElevenReader":
        """Return a reader for a websocket."""
        return ElevenReader(self.sample_rate, normalized=self.normalized_alignment)


class _Context:
    """How far a context has come."""

    def __init__(self) -> None:
        self.size = 0  # bytes
        self.spelling = Spelling()


class ElevenReader:
    """Reads what ``multi-stream-input`` says.

    Args:
        rate: Samples a second, of 16 bits.
        normalized: Whether words are told as they are spoken, and not as they are written.
    """

    def __init__(self, rate: int, *, normalized: bool) -> None:
        self._rate = rate
        self._normalized = normalized
        self._contexts: dict[str | None, _Context] = {}

    def read(self, message: Received, /) -> Iterator[VoiceEvent]:
        """Return what a message means."""
        told = fields(message)
        context = text(told.get("contextId")) or None
        if told.get("error"):
            raise error_of(told)
        if told.get("audio"):
            yield from self._audio(context, told)
        if told.get("isFinal"):
            over = self._contexts.pop(context, None)
            words = () if over is None else tuple(over.spelling.rest())
            if words:
                yield Words(context, words)
            yield Done(context)

    def _audio(self, context: str | None, told: Mapping[str, Any]) -> Iterator[VoiceEvent]:
        data = b64decode(told["audio"], validate=True)
        spoken = self._contexts.setdefault(context, _Context())
        at, spoken.size = spoken.size / 2 / self._rate, spoken.size + len(data)

        def words() -> Words:
            alignment = alignment_of(told, "normalizedAlignment", normalized=self._normalized)
            found = tuple(spoken.spelling.take(of_socket(alignment, at)))
            return Words(context, found, until=spoken.spelling.pending)

        yield from words_with_audio(words, Audio(context, data))


def error_of(told: Mapping[str, Any]) -> ProviderRejected:
    """Return the error that a message tells of."""
    name = text(told.get("error"))
    code = name if re.fullmatch(r"[a-z_]+", name) else "error"
    status = _STATUSES.get(code) or count(told.get("code")) or 500
    logger.debug("%s: %s", NAME, code, extra={"pii.text": told.get("message")})
    message = f"the server tells of an error ({code})"
    return ProviderRejected(message, provider=NAME, status=status, code=code)


def _frame(**told: Any) -> str:
    return json.dumps(told, ensure_ascii=False)


__all__ = ["ElevenReader", "ElevenSpeak", "error_of"]

"""OpenAI's realtime transcription: messages and options."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, TypeAlias

from rxvoice.items import Fault, Transcript, Usage, UserStarted, UserStopped
from rxvoice.providers._address import socket_address
from rxvoice.providers._ear import EarDialect, EarEvent, Ended, Finalized, Ready
from rxvoice.providers._key import provider_key
from rxvoice.providers._loose import count, entries, fields, text
from rxvoice.providers._openai_errors import failure
from rxvoice.providers._openai_languages import short_language
from rxvoice.providers._websocket import Frame, Opening, Received

URL: Final = "https://api.openai.com/v1"
KEY: Final = "OPENAI_API_KEY"
NAME: Final = "openai"

NoiseReduction: TypeAlias = Literal["near_field", "far_field"]

_HEARD: Final = "conversation.item.input_audio_transcription."
_TOO_SHORT: Final = "input_audio_buffer_commit_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAILive(EarDialect):
    """Options of `rxvoice.providers.openai_audio.openai_stt_realtime`."""

    provider: ClassVar[str] = NAME
    waits: ClassVar[bool] = True
    watchdog: ClassVar[float | None] = 0.5

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    language: str | None = None
    languages: Sequence[str] = ()
    keywords: Sequence[str] = ()
    prompt: str | None = None
    delay: str | None = None
    noise_reduction: NoiseReduction | None = None
    turn_detection: Mapping[str, Any] | None = None
    p99: float = 1.66

    @property
    def rate(self) -> int:
        """24 kHz, the only rate that is taken."""
        return 24_000

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    async def open(self) -> Opening:
        """Return what a connection is opened with."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        url = socket_address(self.base_url, "/realtime", {"intent": "transcription"})
        return Opening(url, {"Authorization": f"Bearer {key}"}, (key,))

    def greet(self) -> Iterable[Frame]:
        """Set up the session."""
        transcription = {
            "model": self.model,
            "language": short_language(self.language, provider=NAME),
            "languages": [short_language(one, provider=NAME) for one in self.languages],
            "keywords": list(self.keywords),
            "prompt": self.prompt,
            "delay": self.delay,
        }
        settings = {
            "format": {"type": "audio/pcm", "rate": self.rate},
            "transcription": {name: value for name, value in transcription.items() if value},
            "noise_reduction": self.noise_reduction and {"type": self.noise_reduction},
            "turn_detection": self.turn_detection,
        }
        session = {"type": "transcription", "audio": {"input": settings}}
        return (json.dumps({"type": "session.update", "session": session}),)

    def audio(self, pcm: bytes, /) -> Frame:
        """Return audio as an event."""
        audio = b64encode(pcm).decode()
        return json.dumps({"type": "input_audio_buffer.append", "audio": audio})

    def finalize(self) -> Iterable[Frame]:
        """Commit what was said, unless the server does it when it likes to."""
        return () if self.turn_detection is not None else ('{"type":"input_audio_buffer.commit"}',)

    def change(self, new: "OpenAILive", /) -> Iterable[Frame] | None:
        """Set up the session anew, unless turns are detected otherwise, or elsewhere."""
        kept = {"api_key", "base_url", "turn_detection"}
        same = replace(new, **{name: getattr(self, name) for name in kept}) == new
        return new.greet() if same else None

    def reader(self) -> "LiveReader":
        """Return a reader for a connection."""
        return LiveReader(short_language(self.language, provider=NAME))


class LiveReader:
    """Reads the events of one session.

    Utterances are told in the order in which they were committed, whichever is done first.

    Args:
        language: The one that was asked for.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._ready = False
        self._waiting: list[str] = []
        self._texts: dict[str, str] = {}
        self._spans: dict[str, tuple[float, float]] = {}
        self._done: dict[str, tuple[EarEvent, ...]] = {}

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what an event means."""
        told = fields(message)
        match told.get("type"):
            case "session.updated":
                self._ready = True
                yield Ready()
            case "input_audio_buffer.speech_started":
                began = told["audio_start_ms"] / 1000.0
                self._spans[told["item_id"]] = (began, 0.0)
                yield UserStarted(NAME, began)
            case "input_audio_buffer.speech_stopped":
                ended = told["audio_end_ms"] / 1000.0
                began, _ = self._spans.get(told["item_id"], (0.0, 0.0))
                self._spans[told["item_id"]] = (began, ended)
                yield UserStopped(NAME, ended)
            case "input_audio_buffer.committed":
                self._waiting.append(told["item_id"])
            case str(kind) if kind.startswith(_HEARD):
                yield from self._transcription(kind.removeprefix(_HEARD), told)
            case "error":
                yield from self._error(fields(told["error"]))
            case _:
                pass

    def _transcription(self, kind: str, told: Mapping[str, Any]) -> Iterator[EarEvent]:
        item = told["item_id"]
        match kind:
            case "delta":
                self._texts[item] = content = self._texts.get(item, "") + told["delta"]
                if content.strip() and (not self._waiting or self._waiting[0] == item):
                    yield Transcript(content.strip(), False, language=self._language, raw=told)
            case "completed":
                yield from self._over(item, (*_usage(told), self._final(item, told)))
            case "failed":
                error = failure(fields(told["error"]), NAME)
                fault = Fault(NAME, f"an utterance was not recognised: {error}", cause=error)
                yield from self._over(item, (fault, Finalized()))
            case _:
                pass

    def _final(self, item: str, told: Mapping[str, Any]) -> Transcript:
        began, ended = self._spans.get(item, (0.0, 0.0))
        codes = [text(fields(one).get("code")) for one in entries(told.get("languages"))]
        return Transcript(
            told["transcript"].strip(),
            is_final=True,
            is_finalized=True,
            language=next(filter(None, codes), self._language),
            pts=began,
            end=ended,
            raw=told,
        )

    def _over(self, item: str, events: tuple[EarEvent, ...]) -> Iterator[EarEvent]:
        """Tell what came of an utterance, and of those that waited for it.

        One for which two later ones wait is not waited for any more.
        """
        if item not in self._waiting:
            self._waiting.append(item)
        self._done[item] = events
        while self._waiting and (self._waiting[0] in self._done or len(self._done) > 1):
            first = self._waiting.pop(0)
            self._texts.pop(first, None)
            self._spans.pop(first, None)
            yield from self._done.pop(first, ())

    def _error(self, told: Mapping[str, Any]) -> Iterator[EarEvent]:
        code = text(told.get("code")) or text(told.get("type"))
        if code == "session_expired":
            yield Ended()
        elif code == _TOO_SHORT or "buffer too small" in text(told.get("message")):
            yield Finalized()
        elif not self._ready:
            raise failure(told, NAME)
        else:
            yield Fault(NAME, f"the server tells of an error ({code or 'error'})")


def _usage(told: Mapping[str, Any]) -> Iterator[Usage]:
    """Tokens, of models that are paid by tokens."""
    used = fields(told.get("usage"))
    read, written = count(used.get("input_tokens")), count(used.get("output_tokens"))
    if read is not None or written is not None:
        yield Usage(NAME, input_tokens=read or 0, output_tokens=written or 0)


__all__ = ["KEY", "NAME", "URL", "LiveReader", "NoiseReduction", "OpenAILive"]

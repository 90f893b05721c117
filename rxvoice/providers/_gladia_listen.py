"""Gladia's live recognition: options, and how it is spoken to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Self

from rxvoice.errors import ProviderError, ProviderRejected
from rxvoice.providers._address import page_address
from rxvoice.providers._ear_own import OwnDialect
from rxvoice.providers._gladia_http import NAME, begin
from rxvoice.providers._gladia_reader import Progress, SessionReader
from rxvoice.providers._key import provider_key
from rxvoice.providers._websocket import Frame, Opening

URL: Final = "https://api.gladia.io"
KEY: Final = "GLADIA_API_KEY"

_PATIENCE: Final = 5.0
"""Seconds that opening a session may take."""

_TOLD: Final = {
    "receive_final_transcripts": True,
    "receive_realtime_processing_events": True,
    "receive_acknowledgments": True,
    "receive_errors": True,
    "receive_speech_events": False,
    "receive_pre_processing_events": False,
    "receive_post_processing_events": False,
    "receive_lifecycle_events": False,
}
"""What the server tells."""


class Live:
    """A session of Gladia's, which outlives its websockets.

    Attributes:
        url: Its websocket; None when there is none.
        config: What it was opened with.
        followed: Whether there was a websocket of it.
        resumed: Whether the websocket is not the first one.
        progress: How far it has come.
    """

    def __init__(self) -> None:
        self.url: str | None = None
        self.config: Mapping[str, Any] = {}
        self.followed: bool = False
        self.resumed: bool = False
        self.progress = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class GladiaListen(OwnDialect):
    """Options of `rxvoice.providers.gladia.gladia_stt`."""

    provider: ClassVar[str] = NAME
    rates: ClassVar[tuple[int, ...]] = (8_000, 16_000, 32_000, 44_100, 48_000)
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {"speech_threshold": (0.0, 1.0)}

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    region: str | None = None
    sample_rate: int = 16_000
    interim_results: bool = True
    languages: Sequence[str] = ()
    code_switching: bool | None = None
    endpointing: float | None = None
    maximum_duration_without_endpointing: float | None = None
    audio_enhancer: bool | None = None
    speech_threshold: float | None = None
    custom_vocabulary: Sequence[str | Mapping[str, Any]] = ()
    target_languages: Sequence[str] = ()
    translation_model: str | None = None
    p99: float = 1.49
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    live: Live = field(default_factory=Live, compare=False, repr=False)

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return self.sample_rate

    @property
    def latency(self) -> float:
        """As given."""
        return self.p99

    @property
    def resumes(self) -> bool:
        """Whether the session is that of an earlier websocket."""
        return self.live.resumed

    def anew(self) -> Self:
        """Return the same without a session."""
        return replace(self, live=Live())

    async def open(self) -> Opening:
        """Go on with the session, or begin one where there is none with these options."""
        key = provider_key(self.api_key, KEY, provider=NAME)
        config, live = self._config(), self.live
        if live.url is None or live.config != config:
            page = page_address(self.base_url, "/v2/live", {"region": self.region})
            live.url = await begin(page, config, key, _PATIENCE)
            live.config, live.progress, live.followed = config, Progress(), False
        live.resumed = live.followed
        return Opening(live.url, {}, (key,))

    def goodbye(self) -> Iterable[Frame]:
        """End the recording."""
        return ('{"type":"stop_recording"}',)

    def closed(self, code: int, reason: str, /) -> ProviderError | None:
        """Return what Gladia's own close codes mean: the session is over, and another may begin."""
        if code < 4000:
            return None
        self.live.url = None
        message = f"the server ended the session with code {code}"
        return ProviderRejected(message, provider=NAME, status=code, retryable=True)

    def refused(self, error: ProviderError, /) -> ProviderError:
        """Begin another session when Gladia does not know the old one any more."""
        if not (self.live.followed and isinstance(error, ProviderRejected)):
            return error
        self.live.url = None
        message, status = f"the session is gone: {error}", error.status
        return ProviderRejected(message, provider=NAME, status=status, retryable=True)

    def reader(self) -> SessionReader:
        """Return a reader for a connection."""
        self.live.followed = True
        return SessionReader(2 * self.sample_rate, self.live.progress)

    def _config(self) -> dict[str, Any]:
        work: dict[str, Any] = {}
        if self.custom_vocabulary:
            work["custom_vocabulary"] = True
            vocabulary = [v if isinstance(v, str) else dict(v) for v in self.custom_vocabulary]
            work["custom_vocabulary_config"] = {"vocabulary": vocabulary}
        if self.target_languages:
            goals = {"target_languages": list(map(_base, self.target_languages))}
            work["translation"] = True
            work["translation_config"] = goals | _given(model=self.translation_model)
        languages = list(map(_base, self.languages))
        spoken = _given(languages=languages or None, code_switching=self.code_switching)
        before = _given(audio_enhancer=self.audio_enhancer, speech_threshold=self.speech_threshold)
        return {
            "encoding": "wav/pcm",
            "bit_depth": 16,
            "sample_rate": self.sample_rate,
            "channels": 1,
            "messages_config": {"receive_partial_transcripts": self.interim_results, **_TOLD},
            **_given(
                model=self.model,
                endpointing=self.endpointing,
                maximum_duration_without_endpointing=self.maximum_duration_without_endpointing,
                language_config=spoken or None,
                pre_processing=before or None,
                realtime_processing=work or None,
            ),
            **self.extra,
        }


def _given(**options: Any) -> dict[str, Any]:
    """Return what is not None."""
    return {name: value for name, value in options.items() if value is not None}


def _base(language: str) -> str:
    """Return a language without its region: Gladia knows no regions."""
    return language.replace("_", "-").partition("-")[0].lower()


__all__ = ["KEY", "URL", "GladiaListen", "Live"]

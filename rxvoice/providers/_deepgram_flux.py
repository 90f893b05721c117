"""Deepgram's ``/v2/listen``, where the model finds turns: messages and options."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from reactivex import Observable

from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._deepgram_listen import KEY, NAME, URL
from rxvoice.providers._deepgram_turns import FluxReader
from rxvoice.providers._ear import EarDialect
from rxvoice.providers._ear_stt import StreamingStt
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._option_checks import check_options
from rxvoice.providers._websocket import Frame, Opening

LANGUAGES: Final = ("de", "en", "es", "fr", "hi", "it", "ja", "nl", "pt", "ru")
"""What ``flux-general-multi`` may be given a hint of."""

_THRESHOLDS: Final = ("eager_eot_threshold", "eot_threshold", "eot_timeout_ms")
_TELLABLE: Final = ("keyterm", "language_hint", *_THRESHOLDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramFlux(EarDialect):
    """Options of `rxvoice.providers.deepgram.deepgram_flux`."""

    provider: ClassVar[str] = NAME
    chunk: ClassVar[float] = 0.08  # what the vendor recommends
    watchdog: ClassVar[float | None] = 0.5
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {
        "eager_eot_threshold": (0.3, 0.9),
        "eot_threshold": (0.5, 1.0),
    }

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    sample_rate: int = 16_000
    eager_eot_threshold: float | None = None
    eot_threshold: float | None = None
    eot_timeout_ms: int | None = None
    keyterm: Sequence[str] = ()
    language_hint: Sequence[str] = ()
    mip_opt_out: bool | None = None
    p99: float = 1.0
    extra: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        check_options(self)
        eager = self.eager_eot_threshold
        most = 0.7 if self.eot_threshold is None else self.eot_threshold
        if eager is not None and eager > most:
            raise ValueError(
                f"eager_eot_threshold must not be above eot_threshold, got {eager} and {most}"
            )

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
        query: dict[str, Parameter] = {
            "model": self.model,
            "encoding": "linear16",
            "sample_rate": self.sample_rate,
            "eager_eot_threshold": self.eager_eot_threshold,
            "eot_threshold": self.eot_threshold,
            "eot_timeout_ms": self.eot_timeout_ms,
            "keyterm": self.keyterm,
            "language_hint": self._hints(),
            "mip_opt_out": self.mip_opt_out,
            **self.extra,
        }
        url = socket_address(self.base_url, "/v2/listen", query)
        return Opening(url, {"Authorization": f"Token {key}"}, (key,))

    def goodbye(self) -> Iterable[Frame]:
        """End the stream; the turn that is under way is not ended by it."""
        return ('{"type":"CloseStream"}',)

    def change(self, new: "DeepgramFlux", /) -> Iterable[Frame] | None:
        """Tell of other terms, hints and thresholds; everything else is in the address."""
        if replace(self, **{name: getattr(new, name) for name in _TELLABLE}) != new:
            return None
        told: dict[str, Any] = {}
        thresholds = {
            name: getattr(new, name)
            for name in _THRESHOLDS
            if getattr(new, name) != getattr(self, name)
        }
        if None in thresholds.values():
            return None
        if thresholds:
            told["thresholds"] = thresholds
        if new.keyterm != self.keyterm:
            told["keyterms"] = list(new.keyterm)
        if new.language_hint != self.language_hint:
            told["language_hints"] = new._hints()
        return (json.dumps({"type": "Configure", **told}),) if told else ()

    def reader(self) -> FluxReader:
        """Return a reader for a connection."""
        return FluxReader("en" if self.model.endswith("-en") else None)

    def _hints(self) -> list[str]:
        return [language_code(one, LANGUAGES, provider=NAME) for one in self.language_hint]


def deepgram_flux(
    *,
    model: str = "flux-general-en",
    api_key: str | None = None,
    base_url: str = URL,
    sample_rate: int = 16_000,
    eager_eot_threshold: float | None = None,
    eot_threshold: float | None = None,
    eot_timeout_ms: int | None = None,
    keyterm: Sequence[str] = (),
    language_hint: Sequence[str] = (),
    mip_opt_out: bool | None = None,
    latency: float = 1.0,
    extra: Mapping[str, Parameter] | None = None,
    changes: Observable[Mapping[str, Any]] | None = None,
    connect_timeout: float = 5.0,
) -> StreamingStt:
    """Return a streaming recogniser by Deepgram's Flux, which judges where turns begin and end.

    Besides interim and final transcripts, with words and their times, it tells turns, as
    ``"flux"``: `rxvoice.UserStarted` comes before the first transcript of a turn, and
    `rxvoice.UserStopped` after its last, the one that is final. With ``eager_eot_threshold`` a
    guess that the turn is about to end comes as `rxvoice.UserStopping`, after the text that would
    be answered, and is taken back by `rxvoice.UserResumed`. Give it the audio as it is, without a
    voice detector before it, and let ``aggregate_turn(start=start_on_external(announce=True,
    interrupts=True), stop=stop_on_external())`` make the turns, whose beginnings interrupt a reply.

    When audio stops in the midst of a turn, silence is sent in its place after half a second, so
    that the turn ends. When the source completes, what was heard of a turn by then is final. See
    `StreamingStt` for what happens when a connection is lost.

    Args:
        model: ``"flux-general-en"``, or ``"flux-general-multi"``, with which each transcript tells
            its language.
        api_key: By default what ``DEEPGRAM_API_KEY`` holds when a connection is opened.
        base_url: Where the API is.
        sample_rate: Samples a second that are sent; other audio is resampled.
        eager_eot_threshold: Confidence from which the end of a turn is guessed, 0.3 to 0.9 and not
            above the next one; None for no guesses.
        eot_threshold: Confidence from which a turn ends, 0.5 to 1; by default 0.7.
        eot_timeout_ms: Milliseconds of silence after which it ends in any case; by default 5000.
        keyterm: Words to expect.
        language_hint: BCP 47 tags of what may be spoken; only for ``"flux-general-multi"``.
        mip_opt_out: As for the API.
        latency: Seconds from the end of speech in which 99 % of final transcripts come; what the
            thresholds ask for decides.
        extra: Further parameters.
        changes: Options that are others from now on, by their names. Terms, hints and thresholds
            change at once; the others by another connection, when the user's turn is over.
        connect_timeout: Seconds until a connection stands.

    Returns:
        An `rxvoice.contracts.Transcriber`.

    Raises:
        TypeError: When an argument is of a wrong type.
        ValueError: When a number is out of range.
    """
    dialect = DeepgramFlux(
        model=model,
        api_key=api_key,
        base_url=base_url,
        sample_rate=sample_rate,
        eager_eot_threshold=eager_eot_threshold,
        eot_threshold=eot_threshold,
        eot_timeout_ms=eot_timeout_ms,
        keyterm=keyterm,
        language_hint=language_hint,
        mip_opt_out=mip_opt_out,
        p99=latency,
        extra=extra or {},
    )
    return StreamingStt(dialect, changes, connect_timeout)


__all__ = ["LANGUAGES", "DeepgramFlux", "deepgram_flux"]

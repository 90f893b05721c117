"""Cartesia's ``/stt/websocket``: messages and options."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from rxvoice.errors import ProviderRejected
from rxvoice.items import Transcript, Word
from rxvoice.providers._address import Parameter, socket_address
from rxvoice.providers._ear import EarDialect, EarEvent, Finalized
from rxvoice.providers._key import provider_key
from rxvoice.providers._languages import language_code
from rxvoice.providers._loose import entries, fields, text
from rxvoice.providers._websocket import Frame, Opening, Received

URL: Final = "wss://api.cartesia.ai"
KEY: Final = "CARTESIA_API_KEY"
NAME: Final = "cartesia"

VERSION: Final = "2026-03-01"
"""Of the interface; every request names it."""

_LANGUAGES: Final = """
en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr
bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn
yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su
yue
"""
LANGUAGES: Final = tuple(_LANGUAGES.split())
"""Languages that Cartesia knows, by the model's name for them."""


_ENOUGH: Final = 10.0
"""Seconds after which a sentence's end makes a transcript of what is final."""

_ENDS: Final = (".", "?", "!", "。", "？", "！", "؟", "।")


@dataclass(frozen=True, slots=True, kw_only=True)
class CartesiaListen(EarDialect):
    """Options of `rxvoice.providers.cartesia.cartesia_stt`."""

    provider: ClassVar[str] = NAME
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {"keyterm": (0, 100)}

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str = URL
    version: str = VERSION
    language: str | None = None
    sample_rate: int = 16_000
    keyterm: Sequence[str] = ()
    min_volume: float | None = None
    max_silence_duration_secs: float | None = None
    p99: float = 0.81
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
        query: dict[str, Parameter] = {
            "model": self.model,
            "language": self.language and language_code(self.language, LANGUAGES, provider=NAME),
            "encoding": "pcm_s16le",
            "sample_rate": self.sample_rate,
            "keyterm": self.keyterm,
            "min_volume": self.min_volume,
            "max_silence_duration_secs": self.max_silence_duration_secs,
            **self.extra,
        }
        url = socket_address(self.base_url, "/stt/websocket", query)
        return Opening(url, {"X-API-Key": key, "Cartesia-Version": self.version}, (key,))

    def finalize(self) -> Iterable[Frame]:
        """Ask for what is not final yet."""
        return ("finalize",)

    def goodbye(self) -> Iterable[Frame]:
        """End the stream."""
        return ("close",)

    def reader(self) -> "InkReader":
        """Return a reader for a connection."""
        return InkReader(whole=self.model.startswith("ink-whisper"))


class InkReader:
    """Reads what ``/stt/websocket`` says.

    Finals are pieces of one text, which may be cut anywhere, inside of a word too: they are put
    together as they are, until the server has told all that it was asked for, or a sentence ends
    after a while.

    Args:
        whole: Whether each final is a segment of its own: the model makes finals at pauses, too.
    """

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._pieces: list[Mapping[str, Any]] = []

    def read(self, message: Received, /) -> Iterator[EarEvent]:
        """Return what a message means."""
        told = fields(message)
        match told.get("type"):
            case "transcript":
                yield from self._heard(told)
            case "flush_done":
                yield self._rest(finalized=True) or Finalized()
            case "done":
                rest = self._rest(finalized=False)
                if rest is not None:
                    yield rest
            case "error":
                raise error_of(told)
            case _:
                pass

    def _heard(self, told: Mapping[str, Any]) -> Iterator[EarEvent]:
        whole = _joined([*self._pieces, told])
        if told["is_final"] is True:
            if self._whole:
                whole = _joined([told], is_final=True)
            else:
                self._pieces.append(told)
                if whole.end - whole.pts >= _ENOUGH and whole.text.endswith(_ENDS):
                    whole = replace(whole, is_final=True)
                    self._pieces.clear()
        if whole.text:
            yield whole

    def _rest(self, *, finalized: bool) -> Transcript | None:
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return None
        whole = _joined(pieces, is_final=True, is_finalized=finalized)
        return whole if whole.text else None


def error_of(told: Mapping[str, Any]) -> ProviderRejected:
    """Return the error that a message tells of."""
    status = told.get("status_code")
    code = text(told.get("error_code"))
    title = text(told.get("title")) or "error"
    return ProviderRejected(
        f"the server tells of an error: {title}",
        provider=NAME,
        status=status if isinstance(status, int) else 500,
        code=code,
    )


def _joined(
    pieces: list[Mapping[str, Any]], *, is_final: bool = False, is_finalized: bool = False
) -> Transcript:
    last = pieces[-1]
    words = tuple(
        Word(word["word"].strip(), word["start"], word["end"])
        for piece in pieces
        for word in map(fields, entries(piece.get("words")))
    )
    return Transcript(
        "".join(piece["text"] for piece in pieces).strip(),
        is_final=is_final,
        is_finalized=is_finalized,
        language=text(last.get("language")) or None,
        words=words,
        pts=words[0].pts if words else 0.0,
        end=words[-1].end if words else 0.0,
        raw=last,
    )


__all__ = ["KEY", "LANGUAGES", "NAME", "URL", "VERSION", "CartesiaListen", "InkReader", "error_of"]

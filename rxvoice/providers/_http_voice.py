"""What a voice behind HTTP is to the base that all share: a dialect, and what it says."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

from rxvoice.items import Fault
from rxvoice.providers._http_request import Refusal, Request
from rxvoice.providers._samples import Encoding
from rxvoice.providers._voice import Audio, Words

Body: TypeAlias = Literal["bytes", "sse", "lines"]
"""How an answer comes: audio as it is, server-sent events of JSON, or lines of JSON."""

HttpVoiceEvent: TypeAlias = Audio | Words | Fault
"""What a part of an answer means; of audio and words the context is None."""


class HttpVoiceReader(Protocol):
    """Reads one answer."""

    @property
    def over(self) -> bool:
        """Whether the answer is complete, though the body may go on."""
        ...

    def read(self, message: Any, /) -> Iterable[HttpVoiceEvent]:
        """Return what a part of the answer means.

        Args:
            message: An object, or bytes where the body is ``"bytes"``.

        Raises:
            ProviderError: When the server says that something failed.
            LookupError: These four, when a field is missing or of a wrong type.
            TypeError: Likewise.
            ValueError: Likewise.
            AttributeError: Likewise.
        """
        ...

    def close(self) -> Iterable[HttpVoiceEvent]:
        """Take the end of the body, and return what is left.

        Raises:
            ProviderError: When the answer is not complete.
        """
        ...


class HttpVoiceDialect:
    """How a vendor's HTTP interface is spoken to; a frozen dataclass that holds its options.

    Attributes:
        provider: The vendor's name, in errors and faults.
        body: How an answer comes.
        words_apart: Whether words come in messages of their own, maybe after their audio.
    """

    provider: ClassVar[str]
    body: ClassVar[Body] = "bytes"
    words_apart: ClassVar[bool] = False
    marks: ClassVar[bool] = True

    __slots__ = ()

    @property
    def longest(self) -> int:
        """Characters of a request; a sentence that has more is cut at its blanks."""
        return 2_000

    @property
    def rate(self) -> int:
        """Samples a second, where no header of a WAV file says otherwise."""
        return 24_000

    @property
    def encoding(self) -> Encoding:
        """How samples are written."""
        return "pcm16"

    def request(self, text: str, /) -> Request:
        """Return what is posted to have a text spoken; the key is read now.

        Raises:
            ProviderError: When there is no key.
        """
        raise NotImplementedError

    def probe(self) -> Request | None:
        """Return what is fetched to have a connection; None for the address of `request`."""
        return None

    def explain(self, body: Mapping[str, Any], /) -> Refusal:
        """Return what the body of a refusal says."""
        return Refusal()

    def reader(self) -> HttpVoiceReader:
        """Return a reader for an answer."""
        return PlainReader()


class PlainReader:
    """Reads a body that is nothing but audio."""

    over = False

    def read(self, message: bytes, /) -> Iterable[HttpVoiceEvent]:
        """Return the audio."""
        return (Audio(None, message),)

    def close(self) -> Iterable[HttpVoiceEvent]:
        """Take the end."""
        return ()


__all__ = ["Body", "HttpVoiceDialect", "HttpVoiceEvent", "HttpVoiceReader", "PlainReader"]

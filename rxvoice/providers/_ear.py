"""What a streaming recogniser is to the base that all share: a dialect, and what it says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from rxvoice.errors import ProviderError
from rxvoice.items import (
    Fault,
    Metric,
    Transcript,
    Translation,
    Usage,
    UserResumed,
    UserStarted,
    UserStopped,
    UserStopping,
)
from rxvoice.providers._option_checks import check_options
from rxvoice.providers._websocket import Frame, Opening, Received


@dataclass(frozen=True, slots=True)
class Ready:
    """The server takes audio from now on."""


@dataclass(frozen=True, slots=True)
class Finalized:
    """The server has answered all that it was asked for by `EarDialect.finalize`."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The server will not need audio again.

    Attributes:
        position: Seconds of audio sent on this connection up to which that holds.
    """

    position: float


@dataclass(frozen=True, slots=True)
class Held:
    """The server holds audio, and will not need it again if it knows the next connection.

    Attributes:
        position: Seconds of audio sent on this connection up to which that holds.
    """

    position: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The server ends the connection in good form, and another one may be opened."""


TurnMark: TypeAlias = UserStarted | UserStopping | UserResumed | UserStopped
"""What a recogniser that finds turns tells of them."""

EarItem: TypeAlias = Transcript | Translation | TurnMark | Fault | Metric | Usage
EarEvent: TypeAlias = EarItem | Ready | Finalized | Settled | Held | Ended
"""What a message may mean. Times count from the first sample sent on the connection."""


class EarReader(Protocol):
    """Reads the messages of one connection, in order."""

    def read(self, message: Received, /) -> Iterable[EarEvent]:
        """Return what a message means: nothing when it is of no known type.

        A transcript whose ``end`` is 0 has no times; it gets those of the audio.

        Raises:
            ProviderError: When the server says that something failed, and ends the connection.
            Exception: Any other, when a field is missing or of a wrong type: that is a fault, and
                the stream goes on.
        """
        ...


@runtime_checkable
class HoldsRest(Protocol):
    """A reader whose server does not finish what is under way when the connection ends."""

    def rest(self) -> Iterable[EarEvent]:
        """Return what is left to tell when the connection has ended in good form."""
        ...


class EarDialect:
    """How a vendor's websocket is spoken to; a frozen dataclass that holds its options.

    Attributes:
        provider: The vendor's name, in errors and faults.
        rate: Samples a second that are sent.
        latency: Seconds from the end of speech in which 99 % of final transcripts come.
        waits: Whether the server must have told `Ready` before it is sent audio.
        chunk: Least seconds of audio in a frame.
        keepalive_after: Seconds without audio after which something else is sent.
        watchdog: Seconds without audio, while the server believes that the user speaks, after which
            it is sent silence; None for never.
        names: What the user calls an option, where it is another name.
        rates: Samples a second that the vendor takes; any where there are none.
        ranges: Least and most of an option, or of its length.
    """

    provider: ClassVar[str]
    waits: ClassVar[bool] = False
    chunk: ClassVar[float] = 0.0
    keepalive_after: ClassVar[float] = 4.0
    watchdog: ClassVar[float | None] = None
    names: ClassVar[Mapping[str, str]] = {"p99": "latency"}
    rates: ClassVar[tuple[int, ...]] = ()
    ranges: ClassVar[Mapping[str, tuple[float, float]]] = {}

    __slots__ = ()

    def __post_init__(self) -> None:
        """Refuse options that cannot be.

        Raises:
            TypeError: When one is of a wrong type.
            ValueError: When one is out of range.
        """
        check_options(self)

    @property
    def rate(self) -> int:
        """Samples a second that are sent."""
        return 16_000

    @property
    def latency(self) -> float:
        """Seconds from the end of speech in which 99 % of final transcripts come."""
        return 1.0

    @property
    def resumes(self) -> bool:
        """Whether the connection that was opened last goes on with what the server had held."""
        return False

    async def open(self) -> Opening:
        """Return what a connection is opened with; the key is read now.

        Raises:
            ProviderError: When there is no key, or the vendor gives no address.
        """
        raise NotImplementedError

    def greet(self) -> Iterable[Frame]:
        """Return what is sent first."""
        return ()

    def audio(self, pcm: bytes, /) -> Frame:
        """Return audio as it is sent.

        Args:
            pcm: 16 bit, little-endian, mono.
        """
        return pcm

    def finalize(self) -> Iterable[Frame]:
        """Return what asks for the rest of an utterance; nothing where the vendor cannot be asked.

        It is sent at the end of speech. The answer is a transcript that is finalised, or
        `Finalized`; when neither comes within ``latency``, a blank one is given.
        """
        return ()

    def keepalive(self) -> Iterable[Frame] | None:
        """Return what is sent when there is no audio; None for a tenth of a second of silence."""
        return None

    def goodbye(self) -> Iterable[Frame]:
        """Return what is sent at the end, after which the server still answers, and closes.

        Where there is nothing, the connection is closed when the last utterance is out.
        """
        return ()

    def change(self, new: Any, /) -> Iterable[Frame] | None:
        """Return what makes a running connection go by other options.

        Args:
            new: The same with other options.

        Returns:
            None when another connection is needed.
        """
        return None

    def closed(self, code: int, reason: str, /) -> ProviderError | Ended | None:
        """Return what a close code of the vendor's own means; None for the usual."""
        return None

    def refused(self, error: ProviderError, /) -> ProviderError:
        """Return what it means that a connection with `open`'s address did not come about."""
        return error

    def reader(self) -> EarReader:
        """Return a reader for a connection."""
        raise NotImplementedError


__all__ = [
    "EarDialect",
    "EarEvent",
    "EarItem",
    "EarReader",
    "Ended",
    "Finalized",
    "Held",
    "HoldsRest",
    "Ready",
    "Settled",
    "TurnMark",
]

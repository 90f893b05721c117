"""What a voice behind a websocket is to the base that all share: a dialect."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

from rxvoice.errors import ProviderError
from rxvoice.providers._samples import Encoding
from rxvoice.providers._voice_events import (
    UNREADABLE,
    Audio,
    Cleared,
    Done,
    Failed,
    SentenceDone,
    VoiceEvent,
    Words,
    words_with_audio,
)
from rxvoice.providers._websocket import Frame, Opening, Received


class VoiceReader(Protocol):
    """Reads the messages of one websocket, in order."""

    def read(self, message: Received, /) -> Iterable[VoiceEvent]:
        """Return what a message means: nothing when it is of no known type.

        Raises:
            ProviderError: When the server says that something failed, and ends the connection.
            LookupError: These four, when a field is missing or of a wrong type.
            TypeError: Likewise.
            ValueError: Likewise.
            AttributeError: Likewise.
        """
        ...


class VoiceDialect:
    """How a vendor's websocket is spoken to; a frozen dataclass that holds its options.

    Attributes:
        provider: The vendor's name, in errors and faults.
        contexts: How many replies one websocket may carry at a time.
        longest: Characters that may be sent to be spoken at once; 0 for any number. A sentence that
            has more is cut at its blanks, and pieces that have more together are spoken apart.
        asks: How often in a minute a websocket may be asked to speak at once; 0 for any number.
            What is more is spoken on another one.
        lasts: Seconds after which a context is ended, and what comes is spoken in another one.
        keepalive_after: Seconds between one `keepalive` and the next, whatever else is said.
        marks: Whether it tells `SentenceDone`.
        ends: Whether it answers `end` by `Done`, so that the last `SentenceDone` is not the end.
        alone: Whether a sentence must not be sent before the one before was spoken, for the server
            would speak both as one. What is left of one that was cancelled is out with its
            `SentenceDone`, then.
        clears: Whether the server does not say to which reply something belongs, but answers
            `cancel` with what is `Cleared`.
        words_apart: Whether words come in messages of their own, maybe after their audio, which
            waits for them then, for a tenth of a second at most.
    """

    provider: ClassVar[str]
    contexts: ClassVar[int] = 1
    longest: ClassVar[int] = 0
    asks: ClassVar[int] = 0
    lasts: ClassVar[float | None] = None
    keepalive_after: ClassVar[float] = 10.0
    marks: ClassVar[bool] = False
    ends: ClassVar[bool] = False
    alone: ClassVar[bool] = False
    clears: ClassVar[bool] = False
    words_apart: ClassVar[bool] = False

    __slots__ = ()

    @property
    def rate(self) -> int:
        """Samples a second of the audio that comes."""
        return 24_000

    @property
    def encoding(self) -> Encoding:
        """Of the audio that comes."""
        return "pcm16"

    async def open(self) -> Opening:
        """Return what a websocket is opened with; the key is read now.

        Raises:
            ProviderError: When there is no key.
        """
        raise NotImplementedError

    def greet(self) -> Iterable[Frame]:
        """Return what is sent first."""
        return ()

    def begin(self, context: str, /) -> Iterable[Frame]:
        """Return what opens a context; it is sent right before its first text."""
        return ()

    def speak(self, context: str, text: str, /, *, whole: bool) -> Iterable[Frame]:
        """Return what makes it speak.

        Args:
            context: Which.
            text: What.
            whole: Whether it is a sentence, to be spoken at once; else a piece of one, as it came,
                blanks included.
        """
        raise NotImplementedError

    def end(self, context: str, /, *, whole: bool) -> Iterable[Frame]:
        """Return what tells that a context has no more text, after which it is `Done`.

        Where the vendor tells `SentenceDone`, the last of these ends it, too, unless it ``ends``
        by itself; where it tells nothing, silence of 3 s is taken for the end.

        Args:
            context: Which.
            whole: Whether its last text was a whole sentence, which is spoken already.
        """
        return ()

    def cancel(self, context: str, /) -> Iterable[Frame] | None:
        """Return what makes the server forget a context.

        Returns:
            None where there is no such thing: the websocket is dropped, and opened anew.
        """
        return None

    def keepalive(self, contexts: Sequence[str], /) -> Iterable[Frame]:
        """Return what keeps the websocket, and the contexts that are open, when nothing is said.

        Args:
            contexts: Those that were begun and not ended.
        """
        return ()

    def goodbye(self) -> Iterable[Frame]:
        """Return what is sent before the websocket is closed."""
        return ()

    def shares(self, new: Any, /) -> bool:
        """Return whether a websocket that was opened for this serves other options, too."""
        return bool(new == self)

    def closed(self, code: int, reason: str, /) -> ProviderError | None:
        """Return what a close code of the vendor's own means; None for the usual."""
        return None

    def reader(self) -> VoiceReader:
        """Return a reader for a websocket."""
        raise NotImplementedError


__all__ = [
    "UNREADABLE",
    "Audio",
    "Cleared",
    "Done",
    "Failed",
    "SentenceDone",
    "VoiceDialect",
    "VoiceEvent",
    "VoiceReader",
    "Words",
    "words_with_audio",
]

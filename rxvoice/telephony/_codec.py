"""What all codecs of media streams share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, cast

from rxvoice.items import (
    KEYS,
    AudioFrame,
    BotSpeechStopped,
    ClearAudio,
    Dtmf,
    DtmfOut,
    Fault,
    Played,
    ReplyEnded,
    SendMessage,
)

from ._call import Call, CallEnded, FromLine
from ._coding import Coding
from ._inlet import Inlet
from ._marks import Marks
from ._message import number, written
from ._outlet import Outlet, Piece, Shape

_CLIENT_LABEL: Final = "rtvi-ai"

_MARKED: Final = 0.1
"""Seconds of one frame between two marks; one is behind every frame."""


class MediaCodec(ABC):
    """Translates between a vendor's messages and items, for one call.

    It is pure: it neither waits nor sends, and knows no clock. All messages of the call have to
    be given to `decode` in their order, also those that told the vendor (`detect`).

    Args:
        shape: Of the messages with audio.
        coding: Of the audio in both directions, until the line says otherwise.
        rate: Samples a second of the line, likewise.
        slack: As for `Timeline`.
        marks: Whether to ask the line what was played, where it can tell.
        client_messages: Whether messages of the client protocol are sent, too.

    Attributes:
        vendor: Such as ``"twilio"``.
        reports: Whether `decode` gives `Played`; else the pace is all that is known of it.
        presses: Whether `DtmfOut` is sent as such; else tones have to be played, by
            `rxvoice.operators.play_dtmf`.
    """

    vendor: ClassVar[str]
    reports: ClassVar[bool] = True
    presses: ClassVar[bool] = False

    def __init__(
        self,
        *,
        shape: Shape,
        coding: Coding,
        rate: int,
        slack: float | None = None,
        marks: bool = True,
        client_messages: bool = False,
    ) -> None:
        self._shape = shape
        self._marks = Marks() if marks and self.reports else None
        self._client_messages = client_messages
        self._call: Call | None = None
        self._over = False
        self._spoken_as = coding
        self._inlet = Inlet(self.vendor, coding, rate, slack)
        self._outlet = Outlet(rate, shape)

    @property
    def call(self) -> Call | None:
        """Whose line it is; None before it is known."""
        return self._call

    @property
    def tells_played(self) -> bool:
        """Whether this line is asked what was played, so that `decode` gives `Played`."""
        return self._marks is not None

    @property
    def ready(self) -> bool:
        """Whether the line is there and not over: only then is anything sent."""
        return self._call is not None and not self._over

    @property
    def rate(self) -> int:
        """Samples a second of the frames from `decode`, and of the line's own sound."""
        return self._inlet.rate

    @abstractmethod
    def decode(self, message: str | bytes, /) -> list[FromLine]:
        """Return what a message of the line means; nothing when it is of an unknown kind.

        `AudioFrame` items have the line's rate, and times that count from the call's first sample,
        with gaps where something was lost or paused. What comes late carries its own, earlier
        time; what comes twice is left out.

        Raises:
            MessageError: When it cannot be read. The next ones can.
        """

    def encode(self, item: object, /) -> list[str | bytes]:
        """Return the messages that make the line do what an item says.

        `AudioFrame` of any rate is played; the last fraction of a message's length, and what
        resampling holds back, waits for more, for `BotSpeechStopped`, `ReplyEnded` or `flush`.
        `ClearAudio` drops what was not played. `DtmfOut` presses keys where the vendor can. A
        mapping, or a `rxvoice.items.SendMessage` with one, is an application's own message, sent
        as JSON; those of the client protocol are left out unless asked for. Anything else is no
        matter of the line. Before the line is there, and when it is over, nothing is sent.
        """
        if not self.ready:
            return []
        match item:
            case AudioFrame():
                ended, pieces = self._outlet.push(item)
                return [*self._played(ended), *self._played(pieces)]
            case ClearAudio():
                self._outlet.clear()
                if self._marks is not None:
                    self._marks.clear()
                return list(self._clear())
            case BotSpeechStopped() | ReplyEnded():
                return self.flush()
            case DtmfOut():
                return list(self._press(str(item)))
            case Mapping():
                return self._passed_on(cast("Mapping[str, Any]", item))
            case SendMessage(data=Mapping() as data):
                return self._passed_on(data)
            case _:
                return []

    def flush(self) -> list[str | bytes]:
        """Return the messages with the audio that waits for more, because none comes for now."""
        return self._played(self._outlet.flush()) if self.ready else []

    def goodbye(self, reason: str = "completed") -> list[str | bytes]:
        """Return the messages that ask the vendor to end the call, where it wants to be asked so.

        Args:
            reason: Why, in the vendor's words.
        """
        return []

    @abstractmethod
    def _media(self, data: bytes) -> str | bytes:
        """Return the message that plays audio."""

    @abstractmethod
    def _clear(self) -> Iterable[str | bytes]:
        """Return the messages that drop what was not played."""

    def _mark(self, name: str) -> Iterable[str | bytes]:
        """Return the messages that ask to be told when what was sent has been played."""
        return ()

    def _press(self, keys: str) -> Iterable[str | bytes]:
        """Return the messages that press keys."""
        return ()

    def _passed_on(self, message: Mapping[str, Any]) -> list[str | bytes]:
        if message.get("label") == _CLIENT_LABEL and not self._client_messages:
            return []
        return [written(message)]

    def _listen(self, heard: Coding, spoken: Coding, rate: int) -> None:
        """Read and write audio in these ways from now on."""
        self._spoken_as = spoken
        if rate != self._inlet.rate:
            self._outlet = Outlet(rate, self._shape)
        self._inlet.change(heard, rate)

    def _pressed(self, digit: object) -> list[FromLine]:
        key = str(digit) if isinstance(digit, str | int) else ""
        return [Dtmf(key)] if key in tuple(KEYS) else []

    def _answered(self, name: str) -> list[FromLine]:
        end = None if self._marks is None else self._marks.answered(name)
        return [] if end is None else [Played(end)]

    def _ended(self, reason: str) -> list[FromLine]:
        if self._over:
            return []
        self._over = True
        return [CallEnded(reason)]

    def _complaint(self, code: object) -> list[FromLine]:
        known = number(code)
        told = "an error" if known is None else f"error {known}"
        return [Fault(self.vendor, f"the line reports {told}")]

    def _played(self, pieces: list[Piece]) -> list[str | bytes]:
        messages: list[str | bytes] = []
        unmarked = 0
        for piece in pieces:
            messages.append(self._media(self._spoken_as.encode(piece.samples)))
            unmarked += len(piece.samples)
            due = piece is pieces[-1] or unmarked >= _MARKED * self.rate
            if self._marks is not None and due:
                messages.extend(self._mark(self._marks.name(piece.end)))
                unmarked = 0
        return messages


__all__ = ["MediaCodec"]

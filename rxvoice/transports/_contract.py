"""What a transport is made of."""

from collections.abc import Awaitable, Iterable, Sequence
from typing import Protocol, TypeAlias

from reactivex import Observable

from rxvoice.errors import RxvoiceError
from rxvoice.items import Event
from rxvoice.session import Session

Wire: TypeAlias = str | bytes
"""A message of a socket: text or bytes."""


class Transport(Protocol):
    """A far end: a browser, a telephone line, a room, another program. It serves one session.

    It is connected by the first of both halves that is used, and closed when neither is used any
    more::

        await run(line.incoming.pipe(agent), line.outgoing)
    """

    @property
    def incoming(self) -> Observable[Event]:
        """What comes from the far end, for one subscription.

        First `Connected`; then `AudioFrame` items whose times count from the first sample, gaps
        included, `rxvoice.items.MessageReceived`, and what else the far end can tell: `Dtmf`,
        `ImageFrame`, `Played`, `Fault`; at last `Disconnected`. Then it completes, also when the
        far end broke off. It fails with `TransportError` when there never was a connection. What
        comes while nobody listens is lost.
        """
        ...

    def outgoing(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Play and send: a `rxvoice.Sink`.

        `AudioFrame` items leave in packets at the speed of playback, `ClearAudio` drops what the
        far end has not played yet, `rxvoice.items.SendMessage` sends. Other items are ignored.
        On completion of the stream what is left is played; then the awaitable is done.

        After the far end has left, what is sent is dropped without an error: who listens to
        `incoming` knows. Where nobody ever did it fails with `TransportError`. Otherwise it fails
        as the stream does, at once, and when there never was a connection. Cancelling it ends the
        sound at once.
        """
        ...


class TransportError(RxvoiceError):
    """There is no connection to the far end."""


class ChannelClosed(Exception):
    """A channel carries nothing any more.

    Attributes:
        code: Close code of the websocket; 1006 where there was none.
        reason: What was said to it.
        fault: What the far end did wrong, for which the channel sent it away; mostly empty.
    """

    def __init__(self, code: int = 1006, reason: str = "", *, fault: str = "") -> None:
        super().__init__(f"the channel was closed with code {code}")
        self.code = code
        self.reason = reason
        self.fault = fault


class Channel(Protocol):
    """Messages in both directions, such as a websocket."""

    async def receive(self) -> Wire:
        """Return the next message.

        Raises:
            ChannelClosed: When none comes any more.
        """
        ...

    async def send(self, message: Wire, /) -> None:
        """Send a message; return when more can be taken.

        Raises:
            ChannelClosed: When it cannot be sent.
        """
        ...

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Close it, in good form if the far end takes part in time; idempotent.

        Where it does not, or when this is cancelled, the channel is closed nevertheless.
        """
        ...


class Codec(Protocol):
    """Translates between the messages of one far end and items; it may keep state.

    A `rxvoice.telephony.MediaCodec` is one. One with a true attribute ``tells_played`` gives
    `Played` items itself; else the pace tells what was heard.
    """

    @property
    def ready(self) -> bool:
        """Whether the far end can be told something.

        What is said before it is waits. When it is not any more, the conversation is over.
        """
        ...

    def decode(self, message: Wire, /) -> Sequence[object]:
        """Return the items that a message holds.

        Raises:
            ValueError: When it cannot be read; it says what is wrong and nothing of the content.
        """
        ...

    def encode(self, item: object, /) -> Iterable[Wire]:
        """Return the messages that tell the far end of an item, which may be none.

        Raises:
            ValueError: When the item cannot be told; it says why and nothing of the content.
        """
        ...

    def flush(self) -> Iterable[Wire]:
        """Return the messages with audio that waited for more."""
        ...

    def goodbye(self, reason: str = "completed") -> Iterable[Wire]:
        """Return the messages that end a conversation in good form."""
        ...


__all__ = ["Channel", "ChannelClosed", "Codec", "Transport", "TransportError", "Wire"]

"""A far end behind a socket."""

import asyncio
from collections.abc import Awaitable, Callable

from reactivex import Observable

from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Connected, Event, Played
from rxvoice.session import Session

from ._contract import Channel, Codec
from ._link import Link
from ._listening import Listening
from ._sending import Sending


class SocketTransport:
    """A far end that sends and takes messages: the transport of websockets of all kinds.

    Nothing that the far end does can hold up this side or fill its memory. Of audio that it does
    not take the oldest is dropped; when it takes nothing for 10 s while more comes, it is sent
    away. So it is with messages that are too long or too often unreadable, each of which is a
    `rxvoice.Fault`; and it is read no faster than 1000 messages, or 4 MB, a second.

    Args:
        open_channel: Connects, or returns the channel that is there.
        codec: Of the far end; it belongs to this transport alone.
        packet: Seconds of audio that leave at once.
        capacity: Seconds of audio that may wait to be played; what is more is dropped and logged.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told; never unless
            given. The connection stays.
        name: Told in faults and logs.
        reports: Whether the codec tells by `Played` what was heard; otherwise the pace does. What
            the codec says of itself unless given.
        audio: Whether audio that comes is passed on.

    Attributes:
        name: As given.
    """

    def __init__(
        self,
        open_channel: Callable[[], Awaitable[Channel]],
        codec: Codec,
        *,
        packet: float = 0.02,
        capacity: float = 60.0,
        time_limit: float | None = None,
        name: str = "socket",
        reports: bool | None = None,
        audio: bool = True,
    ) -> None:
        if not 0.005 <= packet <= 1.0:
            raise ValueError(f"packet must be in 0.005…1 s, got {packet}")
        if not packet <= capacity <= 3600.0:
            raise ValueError(f"capacity must be from one packet to 3600 s, got {capacity}")
        self.name = name
        self._packet = packet
        self._capacity = capacity
        self._audio = audio
        self._heard = None if _reports(codec, reports) else self._tell_played
        self._link = Link(open_channel, codec, name, self._tell)
        self._listening = Listening(self._hold, name, time_limit=time_limit, begun=self._greet)

    @property
    def incoming(self) -> Observable[Event]:
        """What comes from the far end, for one subscription; see `Transport`."""
        return self._listening.stream()

    def outgoing(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Play and send: a `rxvoice.Sink`; see `Transport`.

        Several may run at once, one for the audio and others for messages.
        """
        return Sending(
            self._link,
            session,
            packet=self._packet,
            capacity=self._capacity,
            heard=self._heard,
            is_heeded=lambda: self._listening.ever,
        ).start(stream)

    def _greet(self) -> None:
        if self._link.connected:
            self._listening.tell(Connected())

    async def _hold(self, clock: LoopScheduler) -> None:
        async with self._link.used(clock.scope):
            await self._link.over.wait()

    def _tell(self, item: Event) -> None:
        if self._audio or not isinstance(item, AudioFrame):
            self._listening.tell(item)

    def _tell_played(self, pts: float) -> None:
        asyncio.get_running_loop().call_soon(self._tell, Played(pts))


def _reports(codec: Codec, said: bool | None) -> bool:
    if said is not None:
        return said
    return bool(getattr(codec, "tells_played", getattr(codec, "reports", False)))


__all__ = ["SocketTransport"]

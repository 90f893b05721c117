"""A far end behind a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from reactivex import Observable, abc
from reactivex.disposable import CompositeDisposable, Disposable

from rxvoice.aio import from_async
from rxvoice.aio._report import report
from rxvoice.clock import LoopScheduler, loop_scheduler
from rxvoice.items import AudioFrame, Connected, ConnectionTimedOut, Event, Played
from rxvoice.session import Session

from ._contract import Channel, Codec, TransportError
from ._link import Link
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
        if time_limit is not None and time_limit <= 0.0:
            raise ValueError(f"time_limit must be positive, got {time_limit}")
        self.name = name
        self._packet = packet
        self._capacity = capacity
        self._time_limit = time_limit
        self._audio = audio
        self._heard = None if _reports(codec, reports) else self._tell_played
        self._link = Link(open_channel, codec, name, self._tell)
        self._listener: Callable[[Event], None] | None = None
        self._ever_listened = False

    @property
    def incoming(self) -> Observable[Event]:
        """What comes from the far end, for one subscription; see `Transport`."""

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            clock = loop_scheduler(scheduler)
            if self._listener is not None:
                observer.on_error(TransportError(f"{self.name} has a listener already"))
                return Disposable()
            limit = CompositeDisposable()
            self._listen(observer, clock, limit)
            held = from_async(lambda: self._hold(clock), name=f"{self.name}: listen")
            return CompositeDisposable(
                limit,
                Disposable(self._cease_listening),
                held.subscribe(
                    observer.on_next, observer.on_error, observer.on_completed, scheduler=clock
                ),
            )

        return Observable(subscribe)

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
            is_heeded=lambda: self._ever_listened,
        ).start(stream)

    def _listen(
        self, observer: abc.ObserverBase[Event], clock: LoopScheduler, limit: CompositeDisposable
    ) -> None:
        def time_out(after: float) -> None:
            self._tell(ConnectionTimedOut(after))

        def listener(item: Event) -> None:
            after = self._time_limit
            if isinstance(item, Connected) and after is not None:
                limit.add(clock.call_later(after, lambda: time_out(after)))
            try:
                observer.on_next(item)
            except Exception as error:
                if self._listener is not listener:  # it has left, and hears of nothing any more
                    report(clock.loop, f"{self.name}: a listener failed", error)
                observer.on_error(error)

        self._ever_listened = True
        self._listener = listener
        if self._link.connected:
            listener(Connected())

    def _cease_listening(self) -> None:
        self._listener = None

    async def _hold(self, clock: LoopScheduler) -> AsyncIterator[Event]:
        async with self._link.used(clock.scope):
            await self._link.over.wait()
        for item in ():
            yield item

    def _tell(self, item: Event) -> None:
        if self._listener is not None and (self._audio or not isinstance(item, AudioFrame)):
            self._listener(item)

    def _tell_played(self, pts: float) -> None:
        asyncio.get_running_loop().call_soon(self._tell, Played(pts))


def _reports(codec: Codec, said: bool | None) -> bool:
    if said is not None:
        return said
    return bool(getattr(codec, "tells_played", getattr(codec, "reports", False)))


__all__ = ["SocketTransport"]

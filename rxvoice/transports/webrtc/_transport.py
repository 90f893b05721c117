"""A far end behind a peer connection."""

import contextlib
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Sequence,
)

from reactivex import Observable, abc

from rxvoice._disposables import CompositeDisposable, Disposable
from rxvoice._stream import Stream
from rxvoice.aio import from_async
from rxvoice.aio._scope import current_scope
from rxvoice.items import Connected, Event, ImageFrame, MessageReceived
from rxvoice.session import Session
from rxvoice.transports._contract import TransportError, Wire

from ._chunks import limit_chunks
from ._encode import encode_message
from ._gallery import Source
from ._ice import Candidate, IceServer
from ._line import Line
from ._negotiation import Negotiation, Signalling
from ._pictures import Wish, check_pillow
from ._settings import Settings
from ._signals import write_signal
from ._speaking import Speaking

logger = logging.getLogger(__name__)


class WebRtcTransport:
    """A browser, or another far end that speaks WebRTC, without a server between.

    It answers an offer, which a server gets by HTTP; see `PeerConnections`. As a client it makes
    one; see `webrtc`. Audio is Opus with 48 kHz, and each packet of 20 ms leaves when it is due;
    messages go by a data channel, up to 50 of them wait for it, for 10 s. `Played` tells by the
    packets that have left how far the far end has heard the bot.

    The connection is there from the answer on. It is closed when neither half is used any more, or
    by `aclose`, which a connection that nobody uses needs. What comes before somebody listens for
    the first time is kept: 2 s of audio and all messages, of which there may be 1000.

    Args:
        rate: Samples a second of the audio that comes out.
        capacity: Seconds of audio that may wait to be played; what is more is dropped and logged.
        video: Whether the far end may show its camera and its screen; see `capture`.
        ice_servers: That help to find a way to it; none unless given.
        reserve: Seconds of audio after which a packet that is missing is given up. What comes is
            late by as much.
        silence: Seconds without anything from the far end after which it is believed lost.
        patience: Seconds that connecting may take.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told; never unless
            given. The connection stays.
        audio_after: Whether audio starts with this message; what came before it is dropped, and
            times count from the first sample after it. Unless given, audio starts at once.
        encode: Returns the messages that tell the far end of an item; by default `SendMessage`
            alone is sent.
        signal: For a client: brings the far end an offer, with ``sdp``, ``type``, ``pc_id`` and
            ``restart_pc``, and returns its answer, with ``sdp``, ``type`` and ``pc_id``.
        chunk: Bytes of a message in one packet; see `limit_chunks`, which holds for the process.
        name: Told in faults and logs.

    Attributes:
        name: As given.
        request_data: What the far end gave along with its offer.
        context: What `PeerConnections.offer` was given along with it.

    Raises:
        ValueError: When an argument makes no sense.
    """

    def __init__(
        self,
        *,
        rate: int = 16_000,
        capacity: float = 60.0,
        video: bool = False,
        ice_servers: Sequence[IceServer] = (),
        reserve: float = 0.04,
        silence: float = 15.0,
        patience: float = 30.0,
        time_limit: float | None = None,
        audio_after: Callable[[MessageReceived], bool] | None = None,
        encode: Callable[[object], Iterable[Wire]] = encode_message,
        signal: Signalling | None = None,
        chunk: int | None = None,
        name: str = "webrtc",
    ) -> None:
        self._settings = Settings(
            rate=rate,
            capacity=capacity,
            video=video,
            ice_servers=tuple(ice_servers),
            reserve=reserve,
            silence=silence,
            patience=patience,
            time_limit=time_limit,
            audio_after=audio_after,
            encode=encode,
            name=name,
        )
        if chunk is not None:
            limit_chunks(chunk)
        self.name: str = name
        self.request_data: object = None
        self.context: object = None
        self._line = Line(self._settings, self._asked, calls=signal is not None)
        self._negotiation = Negotiation(self._line, signal)
        self._users = 0
        self._shown = contextlib.ExitStack()
        self._listens = False
        self._listened_to = False

    @property
    def id(self) -> str:
        """By which the far end finds this connection again; empty without `PeerConnections`."""
        return self._negotiation.id

    @id.setter
    def id(self, pc_id: str) -> None:
        self._negotiation.id = pc_id

    @property
    def incoming(self) -> Observable[Event]:
        """What comes from the far end, for one subscription; see `rxvoice.transports.Transport`."""
        read = from_async(self._read, name=f"{self.name}: read")

        def subscribe(
            observer: abc.ObserverBase[Event], scheduler: abc.SchedulerBase | None = None
        ) -> abc.DisposableBase:
            if self._listens:
                observer.on_error(TransportError(f"{self.name} has a listener already"))
                return Disposable()
            self._listens = True
            return CompositeDisposable(
                Disposable(self._cease_listening), read.subscribe(observer, scheduler=scheduler)
            )

        return Stream(subscribe)

    def outgoing(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Play and send: a `rxvoice.Sink`; see `rxvoice.transports.Transport`.

        Several may run at once, one for the audio and others for messages.
        """
        return Speaking(self._line, self._used, session, lambda: self._listened_to).start(stream)

    def capture(
        self,
        source: Source = "camera",
        /,
        *,
        fps: float = 1.0,
        longest: int = 1024,
        quality: int = 80,
    ) -> Observable[ImageFrame]:
        """Look at what the far end shows, as JPEGs.

        Pictures are decoded only while somebody looks. They carry the time of the audio that came
        last. The stream completes when the far end has left.

        Args:
            source: ``"camera"``, the first track with pictures, or ``"screen"``, the second.
            fps: Pictures a second, at most; at most 10. The newest is taken.
            longest: Pixels of the longer side, at most.
            quality: Of the JPEG, 1 to 95.

        Raises:
            ImportError: When Pillow is not installed (extra ``images``).
            ValueError: When an argument makes no sense, or ``video`` was not asked for.
        """
        if source not in ("camera", "screen"):
            raise ValueError(f"source must be 'camera' or 'screen', got {source!r}")
        if not self._settings.video:
            raise ValueError("the transport was made without video=True")
        wish = Wish(fps, longest, quality)
        check_pillow()
        line = self._line
        return from_async(
            lambda: line.gallery.look(source, wish, lambda: line.time), name=f"{self.name}: capture"
        )

    async def answer(self, sdp: str, *, restart: bool = False) -> str:
        """Answer an offer: the first one, or one that renegotiates.

        Args:
            sdp: The offer's session description.
            restart: Whether it is of a connection that takes the place of the one there is. The
                call goes on.

        Returns:
            The answer's session description, with all candidates.

        Raises:
            TransportError: When it is closed, or aiortc is not installed.
            ValueError: When the offer cannot be read or used; the connection that there is stays.
        """
        return await self._negotiation.answer(sdp, restart=restart)

    def add_candidates(self, candidates: Iterable[Candidate]) -> None:
        """Try more addresses at which the far end may be reached."""
        if self._line.peer is not None:
            self._line.peer.try_candidates(candidates)

    async def renegotiate(self) -> None:
        """Negotiate again: a client makes a new offer, a server asks the far end for one.

        Raises:
            TransportError: When the client's offer was not answered.
        """
        if self._negotiation.calls:
            await self._negotiation.call()
        else:
            self._line.mailbox.put(write_signal("renegotiate"))

    async def aclose(self) -> None:
        """Close the connection; idempotent."""
        await self._line.aclose()

    def when_gone(self, action: Callable[[], None]) -> None:
        """Call a function when nothing reaches the far end any more; at once if so it is."""
        self._line.when_gone(action)

    @contextlib.asynccontextmanager
    async def _used(self) -> AsyncGenerator[None]:
        """Hold the connection, which is closed when nobody does any more."""
        if not self._users:
            self._show()
        self._users += 1
        try:
            if self._line.peer is None:
                await self._negotiation.begin()
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._shown.close()
                await self.aclose()

    def _show(self) -> None:
        """Let who looks at the session see what waits, until nobody holds the connection."""
        scope, line = current_scope.get(), self._line
        if scope is not None:
            self._shown.enter_context(scope.queues.showing(line.inbox, line.mailbox, line.playing))

    def _asked(self) -> None:
        """Do what the far end asks for: a client makes a new offer, unless it just does."""
        if self._negotiation.calls and not self._negotiation.busy:
            self._line.spawn(self._offer_again, name="renegotiate")

    async def _offer_again(self) -> None:
        try:
            await self._negotiation.call()
        except TransportError as error:
            extra = {"transport": self.name, "reason": str(error)}
            logger.warning("the far end did not take the offer that it asked for", extra=extra)

    def _cease_listening(self) -> None:
        self._listens = False
        self._line.inbox.keep(not self._listened_to)

    async def _read(self) -> AsyncIterator[Event]:
        line = self._line
        async with self._used():
            line.inbox.keep(True)
            if self._listened_to and line.connected:
                yield Connected()
            self._listened_to = True
            while (item := await line.inbox.get()) is not None:
                yield item
            if line.failure is not None:
                raise line.failure


__all__ = ["WebRtcTransport"]

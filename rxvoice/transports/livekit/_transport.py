"""A room as a far end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

from reactivex import Observable

from rxvoice.aio import Scope, default_scope, from_async
from rxvoice.aio._scope import current_scope
from rxvoice.clock import LoopScheduler
from rxvoice.items import AudioFrame, Event, ImageFrame, Played
from rxvoice.session import Session
from rxvoice.transports._contract import TransportError
from rxvoice.transports._listening import Listening

from ._methods import perform
from ._options import RoomSettings
from ._sdk import sdk
from ._speaking import Speaking
from ._stay import Stay
from ._watching import Source, audio, pictures


class LiveKitTransport:
    """A room of a LiveKit server, in which somebody is talked to.

    Made by `livekit_room`. `incoming` tells by `rxvoice.items.Connected` and
    `rxvoice.items.Disconnected` who comes and leaves, and passes on the audio of one participant;
    `audio_of` gives that of others.

    Args:
        settings: What was asked for.
        time_limit: Seconds after which `rxvoice.items.ConnectionTimedOut` is told; never unless
            given. The connection stays.

    Attributes:
        name: Told in faults and logs.

    Raises:
        TransportError: When the SDK is not installed.
    """

    def __init__(self, settings: RoomSettings, *, time_limit: float | None = None) -> None:
        self.name: str = settings.name
        self._settings = settings
        self._listening = Listening(
            self._hold, settings.name, time_limit=time_limit, ceased=self._cease_listening
        )
        self._rtc = sdk()
        self._made: Stay | None = None

    @property
    def incoming(self) -> Observable[Event]:
        """What comes from the room, for one subscription; see `rxvoice.transports.Transport`.

        It completes when the participant who is heard has left, unless ``stay`` was asked for, and
        when the room has come to its end.
        """
        return self._listening.stream()

    def outgoing(self, stream: Observable[object], session: Session) -> Awaitable[None]:
        """Play and send: a `rxvoice.Sink`; see `rxvoice.transports.Transport`.

        `AudioFrame` items go to the bot's track, `rxvoice.items.To` to others, which are published
        as they are needed. `rxvoice.ClearAudio` drops at once what waits here and in the SDK.
        `rxvoice.items.SendMessage` and `rxvoice.items.DtmfOut` reach ``to`` or everybody. What is
        sent before somebody is there waits for them. Several may run at once.
        """
        tell = self._tell_later
        return Speaking(self._stay(), session, tell, lambda: self._listening.ever).start(stream)

    def audio_of(self, who: str) -> Observable[AudioFrame]:
        """Return what one participant says, beside what `incoming` gives.

        Args:
            who: Identity.

        Returns:
            A cold stream, timed like `incoming`, which ends with that or when they have left. It
            waits for somebody who is not there yet.
        """
        return from_async(lambda: audio(self._stay(), who, _scope()), name=f"{self.name}: hear one")

    def capture(
        self, who: str = "", *, source: Source = "camera", every: float = 1.0, longest: int = 1024
    ) -> Observable[ImageFrame]:
        """Return pictures of a participant's camera or screen.

        The track is subscribed to for as long as this is. Needs the extra ``images``.

        Args:
            who: Identity; whoever is heard unless given.
            source: Which of their tracks.
            every: Seconds between two pictures, at least.
            longest: Pixels of the longer side; larger pictures are made smaller.

        Returns:
            A cold stream of JPEG pictures, timed like `incoming`. It waits for a track that is not
            there yet, and ends when `incoming` does.

        Raises:
            ValueError: When an argument makes no sense.
        """
        if source not in ("camera", "screen"):
            raise ValueError(f"source must be 'camera' or 'screen', got {source!r}")
        if every < 0.0 or longest < 1:
            raise ValueError(f"every and longest must be positive, got {every} and {longest}")

        def captured() -> AsyncIterator[ImageFrame]:
            return pictures(self._stay(), who, source, _scope(), every=every, longest=longest)

        return from_async(captured, name=f"{self.name}: capture")

    async def call(
        self, method: str, payload: str = "", *, to: str = "", patience: float = 10.0
    ) -> str:
        """Call a method that another participant has registered.

        Args:
            method: Its name.
            payload: What it is given, 15 KB at most.
            to: Identity; whoever is heard unless given.
            patience: Seconds that the answer may take.

        Returns:
            What it returned.

        Raises:
            RpcFailed: When it fails, does not answer in time, or does not exist.
            TransportError: When there is no connection, or nobody to call.
        """
        stay = self._stay()
        who = to or stay.people.heard
        if not who:
            raise TransportError("nobody is there to be called")
        return await perform(self._rtc, stay.participant, who, method, payload, patience)

    def _stay(self) -> Stay:
        if self._made is None:
            self._made = Stay(self._rtc, self._settings, self._listening.tell, self._tell_played)
        return self._made

    def _cease_listening(self) -> None:
        if self._made is not None:
            self._made.cease_listening()

    async def _hold(self, clock: LoopScheduler) -> None:
        stay = self._stay()
        async with stay.used(clock.scope):
            stay.listen(clock.scope)
            await stay.gone.wait()

    def _tell_later(self, item: Event) -> None:
        def tell() -> None:
            if not self._stay().gone.over:
                self._listening.tell(item)

        asyncio.get_running_loop().call_soon(tell)

    def _tell_played(self, pts: float) -> None:
        self._tell_later(Played(pts))


def _scope() -> Scope:
    return current_scope.get() or default_scope(asyncio.get_running_loop())


__all__ = ["LiveKitTransport"]

"""One's stay in a room."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from rxvoice.aio import Scope
from rxvoice.aio._playout_queue import PlayoutQueue
from rxvoice.items import Disconnected, Event, Fault
from rxvoice.transports._contract import TransportError
from rxvoice.transports._departure import Departure

from ._following import Following
from ._hearing import Hearing
from ._joining import join, leave
from ._letters import Letters
from ._methods import register
from ._mouth import PIECE
from ._mouths import Mouths
from ._options import RoomSettings
from ._people import People
from ._sdk import reason_of
from ._timeline import Timeline
from ._wires import Wires

logger = logging.getLogger(__name__)

_BROKEN: Final = "the connection to the room is broken; it is being restored"


class Stay:
    """Joins a room, tells what happens there, and leaves it.

    Args:
        rtc: The SDK.
        settings: As asked for.
        tell: Is given what happens.
        heard: Is told up to what time all of the bot's audio was played.

    Attributes:
        settings: As given.
        rtc: As given.
        ready: Set once somebody is there to be talked to, or never will be.
        gone: When nobody is any more.
        timeline: Times what is heard.
        hearing: Follows tracks of others.
        mouths: The bot's tracks.
    """

    def __init__(
        self,
        rtc: Any,
        settings: RoomSettings,
        tell: Callable[[Event], None],
        heard: Callable[[float], None],
    ) -> None:
        self.rtc: Any = rtc
        self.settings: RoomSettings = settings
        self.ready: asyncio.Event = asyncio.Event()
        self.gone: Departure = Departure()
        self.mouths: Mouths = Mouths(rtc, settings, heard, self._complain)
        self._playing = PlayoutQueue(f"{settings.name}: play", self.mouths, packet=PIECE)
        self._shown = contextlib.ExitStack()
        self.timeline: Timeline = Timeline()
        self.hearing: Hearing = Hearing(rtc, settings, self.timeline)
        self._tell = tell
        self._opening = asyncio.Lock()
        self._refused: TransportError | None = None
        self._room: Any | None = None
        self._users = 0
        self._wires: Wires | None = None
        self._letters: Letters | None = None
        self._listening: Following | None = None
        self._people = People(rtc, settings.hear, tell, self._find, self._lose)

    @property
    def people(self) -> People:
        """Who is there."""
        return self._people

    @property
    def letters(self) -> Letters:
        """Sends messages."""
        if self._letters is None:
            raise TransportError("the room was not joined")
        return self._letters

    @property
    def room(self) -> Any:
        """The SDK's room, where it was joined."""
        return self._room

    @property
    def participant(self) -> Any:
        """The SDK's own for this side."""
        if self._room is None or self.gone.over:
            raise TransportError("there is no connection to the room")
        return self._room.local_participant

    @contextlib.asynccontextmanager
    async def used(self, scope: Scope) -> AsyncGenerator[None]:
        """Hold the connection, opened when nobody did before, closed when nobody does any more.

        Args:
            scope: Owner of what is started.

        Raises:
            TransportError: When the room cannot be joined.
        """
        if not self._users:
            self._shown.enter_context(scope.queues.showing(self._playing))
        self._users += 1
        try:
            async with self._opening:
                if self._refused is not None:
                    raise TransportError(str(self._refused)) from self._refused
                if self._room is None:
                    await self._join(scope)
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._shown.close()
                if self._room is not None:
                    self._leave()
                    await self._close(self._room)

    def listen(self, scope: Scope) -> None:
        """Tell who is there, and what is said, from now on."""
        self.people.introduce()

        def is_heard(participant: Any, _: Any) -> bool:
            return participant.identity == self.people.heard

        self._listening = self.hearing.listen_to(self._room, is_heard, self._tell, scope)
        self._listening.start()

    def cease_listening(self) -> None:
        """Listen no more."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    async def _join(self, scope: Scope) -> None:
        settings = self.settings
        room = self.rtc.Room()
        wires = Wires(room, settings.name)
        self.people.wire(wires)
        wires.on("disconnected", self._disconnected)
        wires.on("reconnecting", self._break)
        wires.on("reconnected", self._mend)
        wires.on("local_track_subscribed", self.mouths.be_wanted)
        wires.on("local_track_republished", self.mouths.be_new)
        try:
            await join(self.rtc, room, settings.url, settings.token(), settings.patience)
        except BaseException as error:
            wires.cut()
            if isinstance(error, TransportError):
                self._refused = error
                self._leave()
            raise
        self._room, self._wires = room, wires
        self._letters = Letters(room, settings.text_topics, self._tell, scope, settings.name)
        self._letters.wire(wires)
        register(self.rtc, room.local_participant, settings.methods)
        for participant in list(room.remote_participants.values()):
            self.people.come(participant)
        self.mouths.open(room.local_participant, scope)

    async def _close(self, room: Any) -> None:
        self.cease_listening()
        if self._wires is not None:
            self._wires.cut()
        if self._letters is not None:
            self._letters.close()
        self.mouths.close()
        await leave(room)

    def _break(self) -> None:
        self.people.hold(True)
        self.mouths.hold(True)
        self._complain(_BROKEN)

    def _mend(self) -> None:
        self.people.hold(False)
        self.mouths.hold(False)

    def _find(self) -> None:
        self.ready.set()
        if self._listening is not None:
            self._listening.look_again()

    def _lose(self) -> None:
        if not self.settings.stay:
            self._leave()
            return
        if self._listening is not None:
            self._listening.look_again()
        self.people.choose_again()

    def _disconnected(self, reason: int | None = None) -> None:
        if not self.gone.over:
            self._tell(Disconnected(reason=reason_of(self.rtc, reason)))
            self._leave()

    def _leave(self) -> None:
        self.ready.set()
        self.gone.tell()

    def _complain(self, message: str) -> None:
        if not self.gone.over:
            self._tell(Fault(self.settings.name, message))


__all__ = ["Stay"]

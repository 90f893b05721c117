"""The way to a far end, for items and for messages."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from rxvoice.aio import Queues
from rxvoice.items import Event, Fault

from ._contract import Codec, Wire
from ._departure import Departure
from ._outbox import Outbox, Overfull

logger = logging.getLogger(__name__)


class WayOut:
    """Encodes items and keeps their messages until the channel takes them.

    Args:
        codec: Of the far end.
        name: Told in faults and logs.
        tell: Is given faults, one turn of the loop later.
        overfull: Is called when the far end takes nothing while more has to be sent.

    Attributes:
        gone: When nothing reaches the far end any more.
    """

    def __init__(
        self,
        codec: Codec,
        name: str,
        tell: Callable[[Event], None],
        overfull: Callable[[], None],
    ) -> None:
        self.gone: Departure = Departure()
        self._codec = codec
        self._name = name
        self._tell = tell
        self._overfull = overfull
        self._outbox = Outbox(f"{name}: write")

    @property
    def waits(self) -> bool:
        """Whether anything waits to be sent."""
        return self._outbox.waits

    @property
    def dropped(self) -> int:
        """How many items of audio the far end was too slow for."""
        return self._outbox.dropped

    def put(self, item: object, *, sound: bool = False, urgent: bool = False) -> None:
        """Send what tells the far end of an item; see `Outbox.put`."""
        if self.gone.over:
            return
        try:
            messages = list(self._codec.encode(item))
        except ValueError as error:
            self.tell_later(Fault(self._name, str(error), cause=error))
        except Exception as error:
            logger.error("an item could not be encoded: %s", type(error).__name__)
            self.tell_later(Fault(self._name, "an item could not be sent", cause=error))
        else:
            if messages:  # most items tell a far end nothing
                self.put_wire(messages, sound=sound, urgent=urgent)

    def put_wire(
        self, messages: Iterable[Wire], *, sound: bool = False, urgent: bool = False
    ) -> None:
        """Send messages as they are; see `Outbox.put`."""
        try:
            self._outbox.put(messages, sound=sound, urgent=urgent)
        except Overfull:
            self._overfull()

    def flush(self) -> None:
        """Send audio that waits in the codec for more."""
        if not self.gone.over:
            self.put_wire(self._codec.flush(), sound=True)

    def ask_to_leave(self, reason: str) -> bool:
        """Say goodbye, and return whether the far end wants to be asked so."""
        asked = [] if self.gone.over else [*self._codec.goodbye(reason)]
        self.put_wire(asked)
        return bool(asked)

    def clear_sound(self) -> None:
        """Forget audio that the channel did not take yet."""
        self._outbox.clear_sound()

    async def emptied(self) -> None:
        """Wait until all was sent."""
        await self._outbox.emptied()

    async def run(self, send: Callable[[Wire], Awaitable[None]], queues: Queues) -> None:
        """Send what is put in, until nothing reaches the far end any more.

        Args:
            send: Sends a message.
            queues: Of the session, which shows what waits.
        """
        with queues.showing(self._outbox):
            await self._outbox.run(send)

    def leave(self) -> None:
        """Send nothing more."""
        self._outbox.close()
        self.gone.tell()

    def tell_later(self, item: Event) -> None:
        """Tell of something in the next turn of the loop, for whoever is being called now."""
        asyncio.get_running_loop().call_soon(self._tell, item)


__all__ = ["WayOut"]

"""What a fake says, message by message, and what the faults make of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, NoReturn, TypeVar

from ._clock import now, wait
from ._edits import Edits
from ._exchange import Exchange, Message, Timed
from ._faults import Close, Delay, Drop, Fault, Hang, Merge
from ._message_faults import Corrupt, Endless
from ._wire import Wire

F = TypeVar("F", bound=Fault)

End = Drop | Hang | Close


class Answer:
    """Sends the messages of one answer.

    Each message arrives by itself at a client on the same loop: the loop turns in between.

    Args:
        exchange: Its record.
        wire: The connection.
        faults: What goes wrong.
        edits: The faults of messages.
        write: Writes a message as bytes.
        end: Ends the answer as a fault says, and does not return.
        changed: Called after each message.
    """

    def __init__(
        self,
        exchange: Exchange,
        wire: Wire,
        faults: Sequence[Fault],
        edits: Edits,
        write: Callable[[Message], Awaitable[None]],
        end: Callable[[End], Awaitable[NoReturn]],
        changed: Callable[[], None],
    ) -> None:
        self.exchange = exchange
        self._wire = wire
        self._edits = edits
        self._write = write
        self._end = end
        self._changed = changed
        self._delay = only(faults, Delay)
        self._merge = only(faults, Merge)
        self._ends: list[End] = [f for f in faults if isinstance(f, Drop | Hang | Close)]
        self._endless = [f for f in faults if isinstance(f, Endless)]
        self._corrupt = {f.after for f in faults if isinstance(f, Corrupt)}
        self._lock = asyncio.Lock()
        self._asked = 0
        self._sent = 0
        self._held = 0

    async def send(self, message: Message) -> None:
        """Send a message: an object as JSON, a text, or bytes.

        It does not return when a fault ends the answer, or the client left: then whatever the
        fake does for this request is cancelled.
        """
        async with self._lock:
            index, self._asked = self._asked, self._asked + 1
            again = next((f for f in self._endless if f.after == index), None)
            for edited in self._edits.of(message):
                await self._send_edited(edited)
                while again is not None:
                    self._let_go()
                    await wait(again.every)
                    await self._send_edited(edited)

    async def opened(self) -> None:
        """Let happen what happens before the first message."""
        await self._maybe_end()

    async def finish(self) -> None:
        """Send what still waits."""
        async with self._lock:
            for message in self._edits.rest():
                await self._send_edited(message)
            self._let_go()

    async def _send_edited(self, message: Message) -> None:
        if self._delay is not None:
            await wait(self._delay.between if self._sent else self._delay.first)
        inside = self._ending(inside=True)
        corrupt = self._sent in self._corrupt
        if inside is not None or corrupt:
            self._let_go()
        if inside is not None or corrupt or self._merge is not None:
            self._wire.hold()
        await self._write(message)
        if corrupt:
            self._wire.release(flip=True)
        if inside is not None:
            self._wire.release(0.5)
            await self._end(inside)
        self._sent += 1
        self._held += 1
        self.exchange.sent.append(Timed(now(), message))
        self._changed()
        if self._merge is None or self._held >= self._merge.count:
            self._let_go()
            await self._wire.settled()
        await self._maybe_end()

    async def _maybe_end(self) -> None:
        end = self._ending(inside=False)
        if end is not None:
            self._let_go()
            await self._end(end)

    def _ending(self, *, inside: bool) -> End | None:
        """The fault that ends the answer before, or inside of, the next message."""
        for end in self._ends:
            if end.after == self._sent and (isinstance(end, Drop) and end.inside) is inside:
                return end
        return None

    def _let_go(self) -> None:
        self._held = 0
        self._wire.release()


def only(faults: Sequence[Fault], kind: type[F]) -> F | None:
    """Return the fault of a kind; the last one, when there are several."""
    return next((fault for fault in reversed(faults) if isinstance(fault, kind)), None)


How = Literal["sse", "named sse", "lines", "bytes"]
"""How messages become a body: events, events named by their ``type``, lines of JSON, or bytes as
they are."""

__all__ = ["Answer", "End", "How", "only"]

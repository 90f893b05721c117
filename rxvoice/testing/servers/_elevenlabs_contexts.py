"""ElevenLabs' ``multi-stream-input`` websocket: several contexts on one socket."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ._call import Call
from ._clock import now, wait
from ._elevenlabs_text import Opening, SpokenText, violated
from ._exchange import fields_of
from ._socket import Socket
from ._voice import ToneVoice

_DEFAULT = "default"


async def speak_contexts(
    call: Call, voice: ToneVoice, most: int, holds: Callable[[str | None], bool]
) -> None:
    """Serve one websocket.

    What was flushed before a context is closed is still spoken, and its end is told then; late
    audio of a closed context is something that clients must bear. A flush opens a context, too;
    an empty text does not, and keeps the websocket open.
    """
    patience = float(call.exchange.query.get("inactivity_timeout", 20))
    async with call.socket() as socket:
        contexts: list[_Context] = []
        while True:
            try:
                async with asyncio.timeout(patience):
                    message = await socket.receive()
            except TimeoutError:
                for context in contexts:
                    await context.close()
                text = f"No new text came within {patience:g} seconds. The connection ends."
                await violated(socket, "input_timeout_exceeded", text)
                return
            if message is None:
                return
            fields = fields_of(message)
            if fields.get("close_socket"):
                for context in contexts:
                    await context.close()
                return
            name = str(fields.get("context_id") or _DEFAULT)
            open_ones = {c.name: c for c in contexts if c.ending is None}
            is_nothing = fields.get("text") == "" and not fields.get("flush")
            if name not in open_ones and not fields.get("close_context") and not is_nothing:
                if len(open_ones) >= most:
                    text = (
                        f"Maximum simultaneous contexts per WebSocket connection exceeded ({most})."
                        " Please close an existing context before opening a new one."
                    )
                    await violated(socket, "max_active_conversations", text)
                    return
                contexts = [c for c in contexts if c.ending is None or not c.ending.done()]
                open_ones[name] = _Context(call, socket, voice, name, Opening(holds))
                contexts.append(open_ones[name])
                holds = _anybody  # the socket's first message tells for all
            context = open_ones.get(name)
            if context is not None:
                if not await context.opening.admits(socket, fields):
                    return
                context.take(fields)


class _Context:
    """One context.

    Attributes:
        name: Its id.
        opening: What its first message settled.
        ending: Tells the end, once it is closed.
    """

    def __init__(
        self, call: Call, socket: Socket, voice: ToneVoice, name: str, opening: Opening
    ) -> None:
        self.name = name
        self.opening = opening
        self.ending: asyncio.Task[None] | None = None
        self._call = call
        self._socket = socket
        self._spoken = SpokenText(call, socket, voice, {"contextId": name})
        self._patience = float(call.exchange.query.get("inactivity_timeout", 20))
        self._deadline = now() + self._patience
        self._expiring = call.spawn(self._expire())

    def take(self, fields: Mapping[str, Any]) -> None:
        """Take a message; each keeps the context alive."""
        self._deadline = now() + self._patience
        if fields.get("close_context"):
            self._begin_to_end()
            return
        self._spoken.add(str(fields.get("text") or ""))
        if fields.get("flush"):
            self._spoken.flush()

    async def close(self) -> None:
        """Close it, unless it is closed, and wait for its end."""
        await self._begin_to_end()

    def _begin_to_end(self) -> "asyncio.Task[None]":
        if self.ending is None:
            self.ending = self._call.spawn(self._end())
            if asyncio.current_task() is not self._expiring:
                self._expiring.cancel()
        return self.ending

    async def _end(self) -> None:
        await self._spoken.finished()
        self._spoken.stop()
        await self._socket.send({"isFinal": True, "contextId": self.name})

    async def _expire(self) -> None:
        while self.ending is None and self._deadline > now():
            await wait(self._deadline - now())
        self._begin_to_end()


def _anybody(key: str | None) -> bool:
    return True


__all__ = ["speak_contexts"]

"""Inworld's websocket, with several contexts."""

import asyncio

from ._call import Call
from ._exchange import Json, fields_of
from ._inworld_context import Context
from ._inworld_shapes import status, wrong_config
from ._socket import Socket
from ._voice import ToneVoice


async def speak_contexts(call: Call, voice: ToneVoice, most: int, idle: float) -> None:
    """Serve one websocket."""
    async with call.socket() as socket:
        connection = _Connection(call, socket, voice, most)
        while True:
            try:
                async with asyncio.timeout(idle):
                    message = await socket.receive()
            except TimeoutError:
                await socket.close(1000, "No message came for a long time.")
                return
            if message is None:
                return
            await connection.take(fields_of(message))


class _Connection:
    """Gives each message to its context."""

    def __init__(self, call: Call, socket: Socket, voice: ToneVoice, most: int) -> None:
        self._call = call
        self._socket = socket
        self._voice = voice
        self._most = most
        self._contexts: dict[str, Context] = {}

    async def take(self, fields: Json) -> None:
        """Take one message."""
        match fields:
            case {"create": dict()}:
                await self._create(self._name(fields), fields["create"])
            case {"send_text": dict()}:
                if context := await self._context(fields):
                    asked: Json = fields["send_text"]
                    if wrong := context.add(str(asked.get("text", "")), "flush_context" in asked):
                        await self._refuse(self._name(fields), 3, wrong)
            case {"flush_context": dict()}:
                if context := await self._context(fields):
                    context.flush()
            case {"close_context": dict()}:
                if context := await self._context(fields):
                    context.close()
            case _:
                await self._socket.send({"error": status(3, "Unknown message.")})

    async def _create(self, name: str, config: Json) -> None:
        if len(self._contexts) >= self._most:
            await self._refuse(name, 8, "Max contexts limit reached")
        elif name in self._contexts:
            await self._refuse(name, 3, f"Context {name} exists already")
        elif wrong := wrong_config(config):
            await self._refuse(name, 3, wrong)
        else:
            context = Context(self._socket, self._voice, name, config, self._call.spawn)
            self._contexts[name] = context
            await context.created()
            self._call.spawn(context.run(lambda: self._contexts.pop(name)))

    async def _context(self, fields: Json) -> Context | None:
        """The context that a message is for."""
        name = self._name(fields)
        context = self._contexts.get(name)
        if context is not None and not context.closed:
            return context
        await self._refuse(name, 5, f"Context not found: {name}")
        return None

    def _name(self, fields: Json) -> str:
        """The name of the context that a message is for; that of a single one may be left out."""
        name = str(fields.get("contextId", ""))
        only = next(iter(self._contexts), "") if len(self._contexts) == 1 else ""
        return name or only

    async def _refuse(self, name: str, code: int, text: str) -> None:
        await self._socket.send({"result": {"contextId": name, "status": status(code, text)}})


__all__ = ["speak_contexts"]

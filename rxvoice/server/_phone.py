"""Telephone calls: the media streams of vendors."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from rxvoice.errors import RxvoiceError
from rxvoice.items import Call
from rxvoice.telephony import (
    Detection,
    Line,
    MessageError,
    detect_async,
)
from rxvoice.transports import Channel, ChannelClosed, SocketTransport, Wire

from ._guarded import GuardedChannel, upgraded
from ._keys import GUARD, SERVER, WEBHOOKS
from ._phone_answers import PATH, SESSION
from ._server import Arrival, Server, Started
from ._starts import PhoneStart

logger = logging.getLogger(__name__)

routes: Final = web.RouteTableDef()

_PATIENCE: Final = 10.0
"""Seconds that a vendor may take to say who it is."""


@routes.get(PATH)
async def phone(request: web.Request) -> web.StreamResponse:
    """Hold a telephone call whose vendor has opened a websocket."""
    server, webhooks = request.app[SERVER], request.app[WEBHOOKS]
    opener = webhooks.opened(request)
    with server.admitted():
        socket, channel = await upgraded(request, server.options.limits)
        try:
            async with asyncio.timeout(_PATIENCE):
                detection = await detect_async(_messages(channel))
        except (TimeoutError, MessageError):
            await channel.aclose(1002, "the call was not announced")
            return socket
        call = detection.call
        if call is None:
            await channel.aclose(1003, "these are no messages of a vendor that is known")
            return socket
        announced = server.announced(str(call.parameters.get(SESSION, "")))
        signed = opener == call.vendor or (announced is not None and announced.signed)
        if not signed and webhooks.doubts(call.vendor, announced=announced is not None):
            await channel.aclose(1008, "the call does not come from an answer of this server")
            return socket
        if signed:
            request.app[GUARD].forgive(request)
        await _hold(server, request, channel, detection, call, announced or server.announce({}))
        return socket


async def _hold(
    server: Server,
    request: web.Request,
    channel: GuardedChannel,
    detection: Detection,
    call: Call,
    announced: Started,
) -> None:
    line = server.lines[call.vendor]
    codec = line.codec()

    async def open_channel() -> Channel:
        return _Replayed(detection.messages, channel)

    transport = SocketTransport(open_channel, codec, name=call.vendor, packet=0.02)
    start = PhoneStart(
        session_id=announced.session_id,
        body=announced.body,
        arguments=server.options.arguments,
        idle_timeout=server.options.idle_timeout,
        address=request.app[GUARD].address(request),
        call=call,
    )

    async def finish(failure: str) -> None:
        await _hang_up(line, codec.call or call)
        await channel.aclose(1011 if failure else 1000, failure)

    await server.serve(Arrival(transport, start, channel=channel, finish=finish))


async def _hang_up(line: Line, call: Call) -> None:
    """End the call by the vendor's interface, if that is wanted; it may be over already."""
    try:
        hang_up = line.hanging_up(call)
        if hang_up is not None:
            await hang_up()
    except (RxvoiceError, ValueError) as error:
        logger.error("the call was not hung up: %s", error, extra={"vendor": line.vendor})


class _Replayed:
    """A channel whose first messages were looked at already."""

    def __init__(self, messages: tuple[Wire, ...], channel: Channel) -> None:
        self._messages = [*messages]
        self._channel = channel

    async def receive(self) -> Wire:
        return self._messages.pop(0) if self._messages else await self._channel.receive()

    async def send(self, message: Wire, /) -> None:
        await self._channel.send(message)

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        await self._channel.aclose(code, reason)


async def _messages(channel: Channel) -> AsyncIterator[Wire]:
    while True:
        try:
            yield await channel.receive()
        except ChannelClosed:
            return


__all__ = ["routes"]

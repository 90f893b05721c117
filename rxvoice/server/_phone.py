"""Telephone calls: the answers to them, and the media streams that follow."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from rxvoice.errors import RxvoiceError
from rxvoice.items import Call
from rxvoice.telephony import (
    Detection,
    Line,
    MessageError,
    clean_host,
    detect_async,
    exotel_answer,
    plivo_xml,
    texml,
    twiml,
    vonage_ncco,
)
from rxvoice.transports import Channel, ChannelClosed, ServerChannel, SocketTransport, Wire

from ._door import told
from ._guarded import GuardedChannel
from ._keys import GUARD, SERVER, WEBHOOKS
from ._server import Arrival, Server, Started
from ._start import body_of
from ._starts import PhoneStart
from ._webhooks import FORM
from ._webhooks_request import pairs_of
from ._webhooks_signatures import KEY

logger = logging.getLogger(__name__)

routes: Final = web.RouteTableDef()

PATH: Final = "/phone"
"""Of the websocket to which all vendors connect."""

SESSION: Final = "session"
"""Name of the parameter by which a call's websocket is told from others'."""

_PATIENCE: Final = 10.0
"""Seconds that a vendor may take to say who it is."""

_XML: Final[Mapping[str, Callable[..., str]]] = {
    "plivo": plivo_xml,
    "telnyx": texml,
    "twilio": twiml,
}
_JSON: Final[Mapping[str, Callable[..., Any]]] = {
    "exotel": exotel_answer,
    "vonage": vonage_ncco,
}
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "from": ("From", "from", "CallFrom"),
    "to": ("To", "to", "CallTo"),
    "uuid": ("uuid",),
}
"""What answers pass on, by the names that vendors give it."""


@routes.get(PATH + "/{vendor:twilio|telnyx|plivo|exotel|vonage}", allow_head=False)
@routes.post(PATH + "/{vendor:twilio|telnyx|plivo|exotel|vonage}")
@routes.post("/")
async def answer(request: web.Request) -> web.Response:
    """Answer a call: it is to be connected to this server's websocket."""
    server = request.app[SERVER]
    vendor = request.match_info.get("vendor", server.options.transport)
    if vendor not in _XML and vendor not in _JSON:
        raise web.HTTPMethodNotAllowed(request.method, ["GET"])
    try:
        host = clean_host(server.options.proxy or request.host)
    except ValueError:
        raise told(web.HTTPBadRequest, "the header Host cannot be used") from None
    signed = await request.app[WEBHOOKS].check(request, vendor)
    asked = await _asked(request)
    if not signed:
        request.app[GUARD].announcing(request)
    announced = server.announce(asked, signed=signed)
    parameters = {SESSION: announced.session_id}
    for name, spellings in _NUMBERS.items():
        value = next((asked[one] for one in spellings if isinstance(asked.get(one), str)), "")
        if value and (name != "uuid" or vendor == "vonage"):
            parameters[name] = value
    return _answer(vendor, host, parameters)


def _answer(vendor: str, host: str, parameters: dict[str, str]) -> web.Response:
    def made(make: Callable[..., Any]) -> Any:
        try:
            return make(host, PATH, parameters=_sendable(vendor, parameters))
        except ValueError:  # the numbers cannot be passed on
            return make(host, PATH, parameters={SESSION: parameters[SESSION]})

    if vendor in _XML:
        return web.Response(text=made(_XML[vendor]), content_type="application/xml")
    return web.json_response(made(_JSON[vendor]))


@routes.get(PATH)
async def phone(request: web.Request) -> web.StreamResponse:
    """Hold a telephone call whose vendor has opened a websocket."""
    server, webhooks = request.app[SERVER], request.app[WEBHOOKS]
    opener = webhooks.opened(request)
    with server.admitted():
        socket = web.WebSocketResponse(timeout=1.0, max_msg_size=server.options.limits.max_message)
        await socket.prepare(request)
        clock = asyncio.get_running_loop().time
        channel = GuardedChannel(ServerChannel(socket), server.options.limits, clock)
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

    transport = SocketTransport(
        open_channel, codec, name=call.vendor, reports=codec.reports, packet=0.02
    )
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


async def _asked(request: web.Request) -> Mapping[str, Any]:
    """Return what a vendor tells of a call, wherever it puts it."""
    asked: dict[str, Any] = {n: v for n, v in request.query.items() if n != KEY}
    if request.method == "GET":
        return asked
    if request.content_type == "application/json":
        asked.update(await body_of(request))
    elif request.content_type == FORM:
        asked.update(pairs_of((await request.read()).decode(errors="replace")))
    return asked


def _sendable(vendor: str, parameters: dict[str, str]) -> dict[str, str]:
    """Leave out what a vendor cannot pass on."""
    if vendor != "plivo":
        return parameters
    return {name: value for name, value in parameters.items() if not set(value) & set(",;=")}


__all__ = ["PATH", "routes"]
